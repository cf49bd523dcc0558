# A private MariaDB under var/: socket only, one database and one least-privilege user a service.
# Sourced after common.sh and secrets.sh.

DB_SOCKET=$JZ_VAR/run/mariadb.sock

database_admin() { mariadb --no-defaults --socket="$DB_SOCKET" --user=root "$@"; }

start_database() {
  local data=$JZ_VAR/mariadb owner tries
  owner=$(id -un)
  if [[ ! -d $data/mysql ]]; then
    step "creating the database server under var/mariadb"
    rm -rf "$data.new"
    mariadb-install-db --no-defaults --datadir="$data.new" --user="$owner" --auth-root-authentication-method=normal \
      --skip-test-db >"$JZ_VAR/log/mariadb-install.log" 2>&1 || die "mariadb-install-db failed; see $JZ_VAR/log/mariadb-install.log"
    mv "$data.new" "$data"
  fi
  if ! running mariadb mariadbd; then
    setsid mariadbd --defaults-file="$JZ_ROOT/deploy/mariadb/mariadb.cnf" --datadir="$data" --socket="$DB_SOCKET" --user="$owner" \
      --pid-file="$JZ_VAR/run/mariadbd.own.pid" >>"$JZ_VAR/log/mariadb.log" 2>&1 </dev/null &
    echo $! >"$JZ_VAR/run/mariadb.pid"
  fi
  for ((tries = 0; tries < 600; tries++)); do
    database_admin -e 'SELECT 1' >/dev/null 2>&1 && return 0
    kill -0 "$(pid_of mariadb)" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$JZ_VAR/log/mariadb.log" >&2
  die "MariaDB did not start; see $JZ_VAR/log/mariadb.log"
}

# The user may change data and, because the service migrates its own schema, tables of its own database; nothing else.
make_databases() {
  local service password
  for service in "${JZ_SERVICES[@]}"; do
    password=$(<"$SECRETS/$service.database")
    database_admin <<SQL
CREATE DATABASE IF NOT EXISTS jz_$service CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS 'jz_$service'@'localhost' IDENTIFIED BY '$password';
ALTER USER 'jz_$service'@'localhost' IDENTIFIED BY '$password';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON jz_$service.* TO 'jz_$service'@'localhost';
SQL
  done
}
