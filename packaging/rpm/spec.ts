import type { Release } from '../release.ts';
import { DESCRIPTION, MAINTAINER, SUMMARY } from '../release.ts';
import type { StagedFile } from '../staging/staged-file.ts';

const ARCHITECTURES = { x64: 'x86_64', arm64: 'aarch64' } as const;

/** As rpm names the processor. */
export function rpmArchitectureOf({ processor }: Release): string {
  return ARCHITECTURES[processor];
}

/**
 * The spec file of a package with these files, which lie below `root` already. rpm does nothing to them: its own
 * strip(1) would take the program out of Node.js. It knows no purge, so that what the program remembers stays on the host.
 */
export function renderSpec(release: Release, files: readonly StagedFile[], root: string): string {
  return `Name: ${release.name}
Version: ${release.version}
Release: ${release.revision}
Summary: ${SUMMARY}
License: MIT
Packager: ${MAINTAINER}
AutoReqProv: no
Requires: glibc >= 2.28, libstdc++, libgcc, util-linux
Recommends: git-core, openssh-clients

%global __os_install_post %{nil}
%global _build_id_links none
%global debug_package %{nil}
%global _buildhost localhost
%global source_date_epoch_from_changelog 0
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1

%description
${DESCRIPTION}

%install
cp -a ${root}/. %{buildroot}/

%files
%dir /usr/share/doc/${release.name}
%dir /usr/share/doc/${release.name}/examples
%dir /usr/share/doc/${release.name}/examples/reconcile.service.d
${files.map(renderFile).join('\n')}

${SCRIPTLETS}`;
}

function renderFile({ path, mode, isConfiguration }: StagedFile): string {
  const kind = isConfiguration ? '%config(noreplace) ' : path.startsWith('/usr/share/doc/') ? '%doc ' : '';
  return `%attr(0${mode.toString(8)}, root, root) ${kind}${path}`;
}

/** `$1` is how many packages of this name stay: 0 when it is removed. As in a Debian package nothing is enabled or started. */
const SCRIPTLETS = `%post
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null 2>&1 || :
fi

%preun
if [ "$1" = 0 ] && [ -d /run/systemd/system ]; then
  systemctl --no-reload disable --now reconcile-once.timer reconcile.service >/dev/null 2>&1 || :
  systemctl stop reconcile-once.service >/dev/null 2>&1 || :
fi

%postun
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null 2>&1 || :
  if [ "$1" -ge 1 ]; then
    systemctl try-restart reconcile.service reconcile-once.timer >/dev/null 2>&1 || :
  fi
fi
`;
