{{/* What the pods of both modes share. */}}

{{/* "native": Kubernetes starts the others when the reconciler is ready, and ends it after them. */}}
{{- define "reconciler.isNative" -}}
{{- if semverCompare ">=1.29.0-0" .Capabilities.KubeVersion.Version -}}native{{- end -}}
{{- end -}}

{{- define "reconciler.podMetadata" -}}
labels:
  {{- include "reconciler.selectorLabels" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
  kubectl.kubernetes.io/default-container: {{ ternary "php-fpm" "reconciler" (eq .Values.mode "sidecar") }}
  {{- if and (eq .Values.mode "daemonset") .Values.daemonset.appArmorUnconfined (not (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version)) }}
  container.apparmor.security.beta.kubernetes.io/reconciler: unconfined
  {{- end }}
  {{- with .Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "reconciler.podSettings" -}}
serviceAccountName: {{ include "reconciler.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A container of the reconciler without its name and command: image, environment, rights. */}}
{{- define "reconciler.containerBase" -}}
image: {{ include "reconciler.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- include (printf "reconciler.%s.securityContext" .Values.mode) . | nindent 2 }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "reconciler.environment" -}}
{{- $isNamed := dig "host" "name" "" .Values.configuration -}}
{{- if or (not $isNamed) .Values.extraEnv -}}
env:
  {{- if not $isNamed }}
  - name: RECONCILE_HOST
    valueFrom:
      fieldRef:
        fieldPath: {{ ternary "spec.nodeName" "metadata.name" (eq .Values.mode "daemonset") }}
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Lists of keys must be no links, as the files of a mounted directory are: each is mounted by itself. */}}
{{- define "reconciler.volumeMounts" -}}
volumeMounts:
  - name: configuration
    mountPath: /etc/reconcile
    readOnly: true
  {{- if .Values.credentials.existingSecret }}
  - name: credentials
    mountPath: /etc/reconcile-credentials
    readOnly: true
  {{- end }}
  {{- if .Values.webhook.enabled }}
  - name: webhook
    mountPath: /etc/reconcile-webhook
    readOnly: true
  {{- end }}
  {{- with .Values.signers }}
  {{- range $file, $key := dict "allowed_signers" .allowedSignersKey "revoked_keys" .revokedKeysKey "openpgp_keys" .openpgpKeysKey }}
  {{- if $key }}
  - name: signers
    mountPath: /etc/reconcile-signers/{{ $file }}
    subPath: {{ $key }}
    readOnly: true
  {{- end }}
  {{- end }}
  {{- end }}
  - name: tmp
    mountPath: /tmp
  {{- include (printf "reconciler.%s.volumeMounts" .Values.mode) . | trim | nindent 2 }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "reconciler.daemon" -}}
args: [daemon]
ports:
  - name: http
    containerPort: {{ .Values.listen.port }}
livenessProbe:
  httpGet:
    path: /healthz
    port: http
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{- define "reconciler.volumes" -}}
- name: configuration
  configMap:
    name: {{ include "reconciler.fullname" . }}
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: {{ .Values.workSize }}
{{- with .Values.credentials.existingSecret }}
- name: credentials
  secret:
    secretName: {{ . }}
    defaultMode: 0400
{{- end }}
{{- if .Values.webhook.enabled }}
- name: webhook
  secret:
    secretName: {{ .Values.webhook.existingSecret }}
    defaultMode: 0400
{{- end }}
{{- with .Values.signers.existingConfigMap }}
- name: signers
  configMap:
    name: {{ . }}
    defaultMode: 0444
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
