# A run each minute instead of reconcile.service or reconcile-once.timer: copy it to /etc/cron.d/reconcile.
# It is silent when nothing changed, so that mail tells changes and failures only.
* * * * * root PATH=/usr/local/bin:/usr/bin:/bin reconcile --once
