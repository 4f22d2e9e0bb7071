# Environment of login shells on php-150-011 (prod-01), written by php-env-reconciler.
# Do not edit: a change by hand is put back at the next run. Change the config repository instead.
export APP_ENV='production'
export CDN_URL='https://cdn.example.com'
export DB_HOST='db-01.prod.example.com'
export DB_PORT='3307'
export DB_URL='mysql://db-01.prod.example.com:3307/app'
export DEBUG='off'
export FEATURE_FLAGS='{
  "new_checkout": true,
  "coupon_v2": false
}'
export LOGIN_NOTICE='Values come from git. Local edits of the env files are put back.'
export SHOP_MOTTO='it'\''s cheaper today'
export SITE_NAME='卷皮特卖'
export SMS_GATEWAY='https://sms.example.com/send'
export VERSION='1.10'
