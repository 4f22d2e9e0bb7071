# Environment of login shells on php-143-117 (func-01), written by php-env-reconciler.
# Do not edit: a change by hand is put back at the next run. Change the config repository instead.
export APP_ENV='functional'
export CDN_URL=''
export DB_HOST='db-01.func.example.com'
export DB_PORT='3306'
export DB_URL='mysql://db-01.func.example.com:3306/app'
export DEBUG='on'
export FEATURE_FLAGS='{
  "new_checkout": true,
  "coupon_v2": true
}'
export LOGIN_NOTICE='Values come from git. Local edits of the env files are put back.'
export SHOP_MOTTO='it'\''s cheaper today'
export SITE_NAME='卷皮特卖'
export SMS_GATEWAY='http://127.0.0.1:8025/send'
export VERSION='1.10'
export XDEBUG_MODE='debug'
export ZIP='007'
