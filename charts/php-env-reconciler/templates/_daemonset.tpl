{{/*
Of the mode "daemonset". Root without its powers but one: who looks at a process with more powers than its own (its program, its pid
namespace) needs SYS_PTRACE, ptrace(2). Files and php-fpm's master are root's, which is what the user is for.
*/}}

{{- define "reconciler.daemonset.securityContext" -}}
runAsUser: 0
runAsGroup: 0
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  add: [SYS_PTRACE]
{{- if and .Values.daemonset.appArmorUnconfined (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version) }}
appArmorProfile:
  type: Unconfined
{{- end }}
{{- with .Values.daemonset.seLinuxOptions }}
seLinuxOptions:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Directories of the node, each under its own path: name, path, whether it is written, whether it is made. */}}
{{- define "reconciler.daemonset.directories" -}}
{{- with .Values.daemonset -}}
directories:
  {{- range $index, $path := .phpFpm.directories }}
  - { name: php-fpm-{{ $index }}, path: {{ $path }}, readOnly: true }
  {{- end }}
  {{- with .phpFpm.socketDirectory }}
  - { name: sockets, path: {{ . }}, readOnly: true }
  {{- end }}
  - { name: php-env, path: {{ .files.phpFpm.directory }} }
  {{- if .files.shell.enabled }}
  - { name: shell, path: {{ .files.shell.directory }} }
  {{- end }}
  - { name: state, path: {{ .stateDirectory }}, type: DirectoryOrCreate }
  - { name: run, path: {{ .runDirectory }}, type: DirectoryOrCreate }
{{- end -}}
{{- end -}}

{{- define "reconciler.daemonset.volumeMounts" -}}
{{- range (fromYaml (include "reconciler.daemonset.directories" .)).directories }}
- name: {{ .name }}
  mountPath: {{ .path }}
  {{- if .readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end -}}

{{- define "reconciler.daemonset.volumes" -}}
{{- range (fromYaml (include "reconciler.daemonset.directories" .)).directories }}
- name: {{ .name }}
  hostPath:
    path: {{ .path }}
    type: {{ default "Directory" .type }}
{{- end }}
{{- end -}}
