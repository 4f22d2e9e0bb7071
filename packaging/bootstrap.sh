#!/bin/sh
# Sets one host up, as root: installs the package, asks `reconcile doctor` about the configuration, puts it in place, makes the
# first run, and starts what shall go on. It can be called again at any time; the first step that fails ends it.
set -eu

usage() {
  cat <<'USAGE'
usage: bootstrap.sh --package FILE --config FILE [--identity FILE] [--known-hosts FILE] [--mode daemon|timer|cron|none]

  --package      .deb or .rpm of php-env-reconciler; left out where it is installed already
  --config       the configuration of this host, becomes /etc/reconcile/config.yaml
  --identity     deploy key, becomes /etc/reconcile/identity (for root alone)
  --known-hosts  host keys of the git server, becomes /etc/reconcile/known_hosts
  --mode         what goes on afterwards (daemon when it is not given)
USAGE
}

fail() {
  echo "bootstrap: $1" >&2
  exit "${2:-1}"
}

tell() {
  echo "bootstrap: $1"
}

install_package() {
  case $1 in
  *.deb)
    if command -v apt-get >/dev/null; then
      DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$(realpath "$1")"
    else
      dpkg --install "$1"
    fi
    ;;
  *.rpm)
    if command -v dnf >/dev/null; then
      dnf install --assumeyes --nogpgcheck "$(realpath "$1")"
    else
      rpm --upgrade --replacepkgs "$1"
    fi
    ;;
  *) fail "$1 is neither a .deb nor a .rpm" 64 ;;
  esac
}

# What is there already stays as FILE.before.
put() {
  if cmp -s "$1" "$2"; then
    chmod "$3" "$2"
    return
  fi
  if [ -e "$2" ]; then cp -p "$2" "$2.before"; fi
  # With its mode from the first byte on, and whole or not at all.
  (umask 077 && cp "$1" "$2.new")
  chmod "$3" "$2.new"
  mv "$2.new" "$2"
  tell "wrote $2"
}

# What shall not go on is stopped: two of them would do the same work.
start() {
  unit=''
  case $1 in
  none) return ;;
  daemon) unit=reconcile.service ;;
  timer) unit=reconcile-once.timer ;;
  esac
  for each in reconcile.service reconcile-once.timer; do
    if [ "$each" != "$unit" ] && [ -d /run/systemd/system ]; then systemctl disable --now "$each"; fi
  done
  if [ "$1" = cron ]; then
    echo '* * * * * root PATH=/usr/local/bin:/usr/bin:/bin reconcile --once' >/etc/cron.d/reconcile.new
    mv /etc/cron.d/reconcile.new /etc/cron.d/reconcile
    tell "wrote /etc/cron.d/reconcile"
  else
    rm -f /etc/cron.d/reconcile
    systemctl enable "$unit"
    systemctl restart "$unit"
    tell "started $unit"
  fi
}

package='' config='' identity='' known_hosts='' mode=daemon
while [ $# -gt 0 ]; do
  case $1 in
  --help)
    usage
    exit 0
    ;;
  --package | --config | --identity | --known-hosts | --mode)
    [ $# -ge 2 ] || fail "$1 needs a value" 64
    case $1 in
    --package) package=$2 ;;
    --config) config=$2 ;;
    --identity) identity=$2 ;;
    --known-hosts) known_hosts=$2 ;;
    --mode) mode=$2 ;;
    esac
    shift 2
    ;;
  *)
    usage >&2
    fail "unknown word $1" 64
    ;;
  esac
done

case $mode in daemon | timer | cron | none) ;; *) fail "--mode is daemon, timer, cron or none" 64 ;; esac
[ -n "$config" ] || fail "--config is missing" 64
for file in "$package" "$config" "$identity" "$known_hosts"; do
  [ -z "$file" ] || [ -r "$file" ] || fail "$file cannot be read" 64
done
[ "$(id -u)" = 0 ] || fail "only root can do this"

if [ -n "$package" ]; then
  tell "installing $package"
  install_package "$package"
fi
command -v reconcile >/dev/null || fail "reconcile is not installed: --package is missing"

mkdir -p /etc/reconcile
[ -z "$identity" ] || put "$identity" /etc/reconcile/identity 600
[ -z "$known_hosts" ] || put "$known_hosts" /etc/reconcile/known_hosts 644
tell "asking reconcile doctor"
reconcile doctor --config "$config" || fail "reconcile doctor found errors; the configuration stays as it was"
put "$config" /etc/reconcile/config.yaml 644
tell "making the first run"
reconcile --once || fail "the first run failed; nothing was started"
start "$mode"
reconcile status
