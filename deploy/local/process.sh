# Processes that outlive the script that started them. Sourced by `stack`.
#
# A pid alone is not enough: after a kill -9 or a reboot the number may belong to another process.
# So a pid file holds `PID START BOOT`: the process's start time (clock ticks since boot) and the
# boot's id. Only a process that still matches all three is ours, and only such a process is ever
# ended.

# START BOOT of a live process; fails for a dead one or a zombie.
identity() {
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra fields <<<"${stat##*) }" # the name before it may hold spaces and parentheses
    [[ ${fields[0]} != Z ]] || return 1
    echo "${fields[19]} $(</proc/sys/kernel/random/boot_id)"
}

# remember FILE PID
remember() {
    local id
    id=$(identity "$2") || return 1
    echo "$2 $id" >"$1"
}

# The pid in FILE, if that same process still runs.
running() {
    local pid id
    [[ -s $1 ]] && read -r pid id <"$1" && [[ $(identity "$pid") == "$id" ]] && echo "$pid"
}

# end FILE SIGNAL SECONDS: sends SIGNAL, waits, and sends KILL after SECONDS.
end() {
    local pid deadline=$((SECONDS + $3))
    if pid=$(running "$1"); then
        kill -s "$2" "$pid" 2>/dev/null || true
        while running "$1" >/dev/null; do
            if ((SECONDS >= deadline)); then
                kill -s KILL "$pid" 2>/dev/null || true
                deadline=$((SECONDS + $3))
            fi
            sleep 0.1
        done
    fi
    rm -f "$1"
}

# True if something listens on 127.0.0.1:PORT.
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# port FILE: the port recorded in FILE if it is still free, otherwise a new one, which is recorded.
# Below 32768: from there on the kernel assigns the ports of outgoing connections.
port() {
    local port=
    [[ -s $1 ]] && port=$(<"$1")
    while [[ -z $port ]] || listening "$port"; do port=$((20000 + RANDOM % 12000)); done
    echo "$port" >"$1"
    echo "$port"
}
