# One PostgreSQL, from Debian's packages. Sourced by `stack`.
#
# initdb and postgres refuse to run as root: under root they run as the user `postgres`, who then
# owns the data folder. Where that user cannot reach the tree (as under /root), the data goes to
# /var/tmp.

postgres_home=$stack/postgres

# The programs; if there is data, of the version that created it.
postgres_programs() {
    local made='*' found
    [[ -s $postgres_home/version ]] && made=$(<"$postgres_home/version")
    # shellcheck disable=SC2012,SC2086 # the star is meant
    found=$(ls -d /usr/lib/postgresql/$made/bin 2>/dev/null | sort -V | tail -1)
    [[ -n $found ]] || fail "no PostgreSQL ${made/\*/} under /usr/lib/postgresql (deploy/local/stack wipe deletes old data)"
    echo "$found"
}

as_postgres() {
    if ((EUID == 0)); then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}

# Creates the data folder and records where it is.
postgres_data() {
    local data=$postgres_home/data
    if ((EUID == 0)); then
        id postgres >/dev/null 2>&1 || fail "there is no user postgres to run PostgreSQL as (it refuses root)"
        chmod o+x "$root/target" "$stack" "$postgres_home" 2>/dev/null || true
        if ! as_postgres test -x "$postgres_home"; then
            data=/var/tmp/recourse-$(sha256sum <<<"$stack" | cut -c1-12)
        fi
        install -d -m 700 -o postgres -g postgres "$data"
    else
        install -d -m 700 "$data"
    fi
    echo "$data" >"$postgres_home/place"
}

postgres_url() {
    echo "postgres://recourse:$(<"$postgres_home/password")@127.0.0.1:$(<"$postgres_home/port")/recourse"
}

postgres_answers() {
    running "$postgres_home/pid" >/dev/null &&
        "$(postgres_programs)/pg_isready" -q -h 127.0.0.1 -p "$(<"$postgres_home/port")"
}

postgres_create() {
    step "postgresql" "create the data folder"
    postgres_forget
    postgres_data
    local data
    data=$(<"$postgres_home/place")
    as_postgres "$programs/initdb" -D "$data" --username=postgres --auth=trust \
        --encoding=UTF8 --no-locale >"$postgres_home/setup.log" 2>&1 ||
        fail "initdb failed" "$postgres_home/setup.log"
    echo "host all all 127.0.0.1/32 scram-sha-256" | as_postgres tee "$data/pg_hba.conf" >/dev/null
    # The role that owns the database; it creates a schema and a role for each service. Done in
    # single-user mode, so the superuser needs no password and is never reachable over the network.
    local password
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    as_postgres "$programs/postgres" --single -j -D "$data" postgres >>"$postgres_home/setup.log" 2>&1 <<END ||
CREATE ROLE recourse LOGIN CREATEROLE PASSWORD '$password';

CREATE DATABASE recourse OWNER recourse;

END
        fail "PostgreSQL could not create the role recourse" "$postgres_home/setup.log"
    ! grep -q ERROR "$postgres_home/setup.log" ||
        fail "PostgreSQL could not create the role recourse" "$postgres_home/setup.log"
    (umask 077 && echo "$password" >"$postgres_home/password")
    as_postgres cat "$data/PG_VERSION" >"$postgres_home/version"
    touch "$postgres_home/made"
    finished "data in ${data#"$root"/}"
}

postgres_start() {
    local programs data try
    programs=$(postgres_programs)
    end "$postgres_home/pid" INT 20
    [[ -e $postgres_home/made ]] || postgres_create
    data=$(<"$postgres_home/place")
    step "postgresql" "start"
    port "$postgres_home/port" >/dev/null
    as_postgres tee "$data/postgresql.conf" <"$here/postgresql.conf" >/dev/null
    # After a kill -9 the last backends may still be exiting, and postgres rightly waits for them.
    for try in 1 2 3 4 5; do
        as_postgres "$programs/pg_ctl" start -w -s -t 60 -D "$data" -l "$data/server.log" \
            -o "-p $(<"$postgres_home/port")" </dev/null >"$postgres_home/start.log" 2>&1 8>&- 9>&- && break
        ((try < 5)) || fail "PostgreSQL did not start" "$data/server.log"
        sleep 1
    done
    remember "$postgres_home/pid" "$(as_postgres head -1 "$data/postmaster.pid")" ||
        fail "PostgreSQL exited immediately" "$data/server.log"
    finished "127.0.0.1:$(<"$postgres_home/port"), pid $(running "$postgres_home/pid")"
}

# INT is PostgreSQL's "fast" shutdown: it ends sessions and writes everything to disk.
postgres_stop() { end "$postgres_home/pid" INT 30; }

# Deletes the data, wherever it is.
postgres_forget() {
    [[ ! -s $postgres_home/place ]] || rm -rf "$(<"$postgres_home/place")"
    rm -f "$postgres_home"/{made,place,version}
}
