{{/*
The host configuration: the settings that were given, and over them those that follow from how the pod is made.
*/}}
{{- define "reconciler.configuration" -}}
{{- $own := dict
  "listen" (dict "address" .Values.listen.address "port" .Values.listen.port)
  "repository" (fromYaml (include "reconciler.repository" .))
-}}
{{- $mode := fromYaml (include (printf "reconciler.%s.configuration" .Values.mode) .) -}}
{{- $webhook := fromYaml (include "reconciler.webhook" .) -}}
{{- mustMergeOverwrite (deepCopy .Values.configuration) $own $webhook $mode | toYaml -}}
{{- end -}}

{{- define "reconciler.repository" -}}
{{- with .Values.credentials }}
{{- with .tokenKey }}
token_file: /etc/reconcile-credentials/{{ . }}
{{- end }}
{{- with .identityKey }}
identity_file: /etc/reconcile-credentials/{{ . }}
{{- end }}
{{- with .knownHostsKey }}
known_hosts: /etc/reconcile-credentials/{{ . }}
{{- end }}
{{- with .caKey }}
ca_file: /etc/reconcile-credentials/{{ . }}
{{- end }}
{{- end }}
{{- with .Values.signers }}
{{- with .allowedSignersKey }}
allowed_signers: /etc/reconcile-signers/allowed_signers
{{- end }}
{{- with .revokedKeysKey }}
revoked_keys: /etc/reconcile-signers/revoked_keys
{{- end }}
{{- with .openpgpKeysKey }}
openpgp_keys: /etc/reconcile-signers/openpgp_keys
{{- end }}
{{- end }}
{{- end -}}

{{- define "reconciler.webhook" -}}
{{- if .Values.webhook.enabled -}}
webhook:
  sender: {{ .Values.webhook.sender }}
  path: {{ .Values.webhook.path }}
  secret_file: /etc/reconcile-webhook/{{ .Values.webhook.secretKey }}
  {{- with .Values.webhook.previousSecretKey }}
  previous_secret_file: /etc/reconcile-webhook/{{ . }}
  {{- end }}
{{- end -}}
{{- end -}}

{{- define "reconciler.sidecar.configuration" -}}
state: /run/reconcile/pod/state
lock: /run/reconcile/pod/lock/lock
files:
  php-fpm:
    path: /run/php-env/fpm.d/env.conf
php_fpm:
  binary: none
  config: /etc/reconcile-php-fpm/php-fpm.conf
{{- end -}}

{{- define "reconciler.daemonset.configuration" -}}
{{- with .Values.daemonset -}}
state: {{ .stateDirectory }}
lock: {{ .runDirectory }}/lock
files:
  php-fpm:
    path: {{ .files.phpFpm.directory }}/{{ .files.phpFpm.name }}
  {{- if .files.shell.enabled }}
  shell:
    path: {{ .files.shell.directory }}/{{ .files.shell.name }}
  {{- end }}
php_fpm:
  binary: none
  config: {{ .phpFpm.config }}
{{- end -}}
{{- end -}}
