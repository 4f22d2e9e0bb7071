/**
 * Runs git in a session of its own, so that git and all that it starts (ssh, git-remote-http, index-pack) can be ended as
 * one group. simple-git neither makes groups nor tells the pid, so the script does both. The pid on stderr also
 * saves 50 ms, which simple-git waits after a program that printed nothing.
 *
 * When we die, even of SIGKILL, the group does too: git that is told to end leaves git-remote-http and ssh waiting, so
 * a shell stays, hears of it (setpriv(1), where it is there) and kills them all. Of a death before setpriv it would never
 * hear: then OWNER, which is our pid, is its parent no more.
 *
 * No file that git writes grows over FILE_BLOCKS of 512 bytes, and no process holds more than 512 MiB (12 MiB are usual):
 * git itself has no limit for what it receives.
 */
export const LAUNCHER = `if [ "$LEADER" != "$$" ]; then
  LEADER=$$
  export LEADER
  echo "$$" >&2
  command -v git >/dev/null || exit 127
  ulimit -f "$FILE_BLOCKS"
  ulimit -d 524288
  command -v setpriv >/dev/null && exec setpriv --pdeathsig TERM -- setsid /bin/sh "$0" "$@"
  exec setsid /bin/sh "$0" "$@"
fi
[ "$PPID" = "$OWNER" ] || exit 1
unset LEADER OWNER
trap 'kill -KILL 0' HUP INT TERM
exec 3<&0
git "$@" <&3 3<&- &
exec 3<&- </dev/null
wait "$!"
`;

/** What LAUNCHER exits with where git is not on PATH, as every shell does. */
export const GIT_MISSING = 127;
