{{/*
Of the mode "sidecar". A directory in memory is root's with the sticky bit: what the user of the pod makes in it, nobody else can
rename. One on a disk has no such bit, and what lies in it is refused.

There is no readiness probe: php-fpm serves while the repository is away, and a pod that is not ready serves nobody.
*/}}

{{- define "reconciler.sidecar.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "reconciler.sidecar.volumeMounts" -}}
- name: work
  mountPath: /run/reconcile
- name: php-env
  mountPath: /run/php-env
- name: php-fpm
  mountPath: /etc/reconcile-php-fpm
  readOnly: true
{{- end -}}

{{- define "reconciler.sidecar.volumes" -}}
- name: work
  emptyDir:
    medium: Memory
    sizeLimit: {{ .Values.workSize }}
- name: php-env
  emptyDir:
    medium: Memory
    sizeLimit: {{ .Values.workSize }}
- name: php-fpm
  configMap:
    name: {{ default (printf "%s-php-fpm" (include "reconciler.fullname" .)) .Values.sidecar.phpFpm.existingConfigMap }}
{{- end -}}

{{- define "reconciler.sidecar.initContainers" -}}
- name: prepare
  {{- include "reconciler.containerBase" . | nindent 2 }}
  command: [mkdir, -p, -m, '0755', /run/php-env/fpm.d, /run/reconcile/pod]
  volumeMounts:
    - name: work
      mountPath: /run/reconcile
    - name: php-env
      mountPath: /run/php-env
- name: {{ ternary "reconciler" "first-run" (eq (include "reconciler.isNative" .) "native") }}
  {{- include "reconciler.containerBase" . | nindent 2 }}
  {{- include "reconciler.environment" . | nindent 2 }}
  {{- include "reconciler.volumeMounts" . | nindent 2 }}
  {{- if include "reconciler.isNative" . }}
  restartPolicy: Always
  {{- include "reconciler.daemon" . | nindent 2 }}
  startupProbe:
    httpGet:
      path: /readyz
      port: http
    periodSeconds: 1
    timeoutSeconds: 5
    failureThreshold: {{ .Values.sidecar.startupSeconds }}
  {{- else }}
  args: [--once]
  {{- end }}
{{- end -}}

{{- define "reconciler.sidecar.containers" -}}
- name: php-fpm
  image: {{ .Values.sidecar.phpFpm.image | quote }}
  imagePullPolicy: {{ .Values.sidecar.phpFpm.pullPolicy }}
  command:
    {{- range concat .Values.sidecar.phpFpm.command (list "-y" "/etc/reconcile-php-fpm/php-fpm.conf") }}
    - {{ . | quote }}
    {{- end }}
  {{- with .Values.sidecar.phpFpm }}
  {{- with .env }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml .securityContext | nindent 4 }}
  {{- with .resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .port }}
  ports:
    - name: fastcgi
      containerPort: {{ .port }}
  {{- end }}
  {{- if .readinessProbe }}
  readinessProbe:
    {{- toYaml .readinessProbe | nindent 4 }}
  {{- else if .port }}
  readinessProbe:
    tcpSocket:
      port: fastcgi
  {{- end }}
  {{- with .livenessProbe }}
  livenessProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - name: php-env
      mountPath: /run/php-env
      readOnly: true
    - name: php-fpm
      mountPath: /etc/reconcile-php-fpm
      readOnly: true
    {{- with .volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- if not (include "reconciler.isNative" .) }}
- name: reconciler
  {{- include "reconciler.containerBase" . | nindent 2 }}
  {{- include "reconciler.environment" . | nindent 2 }}
  {{- include "reconciler.volumeMounts" . | nindent 2 }}
  {{- include "reconciler.daemon" . | nindent 2 }}
{{- end }}
{{- with .Values.sidecar.extraContainers }}
{{ toYaml . }}
{{- end }}
{{- end -}}
