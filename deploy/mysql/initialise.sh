#!/bin/bash
# Fills the data folders of a new pair, before either server has started: one is initialised with the
# users of users.sql and service.sql, the other is a copy of it. Does nothing when they are there.
# Environment: KEEPER_PASSWORD REPL_PASSWORD, and for each service NAME_PASSWORD NAME_OWNER_PASSWORD.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
first=${1:?the data folder of the first server}
second=${2:?the data folder of the second server}
[ -e "$first/mysql.ibd" ] && [ -e "$second/mysql.ibd" ] && exit 0

# Passwords are put between quotes as they are.
safe() {
  local value=${!1:?is not set}
  [[ $value =~ ^[A-Za-z0-9_-]{1,32}$ ]] || { echo "$1: 1 to 32 letters, digits, _ and -" >&2; exit 1; }
  echo "$value"
}

users=$(mktemp)
trap 'rm -f "$users"' EXIT
chmod 644 "$users"
sed -e 's/{{host}}/%/g' -e "s/{{keeper}}/$(safe KEEPER_PASSWORD)/g" \
  -e "s/{{repl}}/$(safe REPL_PASSWORD)/g" "$here/users.sql" >"$users"
for service in customers contacts care analytics competitors; do
  sed -e 's/{{host}}/%/g' -e "s/{{service}}/$service/g" \
    -e "s/{{password}}/$(safe "${service^^}_PASSWORD")/g" \
    -e "s/{{ownerPassword}}/$(safe "${service^^}_OWNER_PASSWORD")/g" "$here/service.sql" >>"$users"
done

find "$first" "$second" -mindepth 1 -delete
mysqld --no-defaults --user=mysql --skip-log-bin --initialize-insecure \
  --datadir="$first" --init-file="$users"
rm -f "$first/auto.cnf"
cp -a "$first/." "$second/"
