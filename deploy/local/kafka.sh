# One Kafka broker in KRaft mode, its jars from Maven Central. Sourced by `stack`.

kafka_home=$stack/kafka

# Downloads the jars that kafka/pom.xml lists, once per version of that file.
kafka_jars() {
    local want
    want=$(sha256sum <"$here/kafka/pom.xml")
    [[ $(cat "$kafka_home/jars/.pom" 2>/dev/null) == "$want" ]] && return
    step "kafka jars" "download from Maven Central"
    rm -rf "$kafka_home/jars"
    mkdir -p "$kafka_home/jars"
    mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies \
        -DoutputDirectory="$kafka_home/jars" >"$kafka_home/maven.log" 2>&1 ||
        fail "Maven could not fetch Kafka" "$kafka_home/maven.log"
    echo "$want" >"$kafka_home/jars/.pom"
    finished "$(find "$kafka_home/jars" -name '*.jar' | wc -l) jars"
}

# kafka_java HEAP CLASS ARGUMENTS…
kafka_java() {
    local heap=$1
    shift
    exec java "-Xmx$heap" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
        -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" -Drecourse.log.dir="$kafka_home" \
        -cp "$kafka_home/jars/*" "$@"
}

# Succeeds if the broker is ours and answers. Sends ApiVersions (key 18, version 0, client id
# "up?").
kafka_answers() {
    # shellcheck disable=SC2016 # for the inner bash
    running "$kafka_home/pid" >/dev/null && timeout 3 bash -c '
        exec 3<>"/dev/tcp/127.0.0.1/$0"
        printf "\0\0\0\015\0\022\0\0\0\0\0\1\0\3up?" >&3
        [[ $(head -c 4 <&3 | wc -c) == 4 ]]' "$(<"$kafka_home/port")" 2>/dev/null
}

# Starts the broker without waiting for it.
kafka_start() {
    end "$kafka_home/pid" TERM 20 # one that runs but does not answer
    local port controller
    port=$(port "$kafka_home/port")
    controller=$(port "$kafka_home/controller-port")
    cat "$here/kafka/server.properties" - >"$kafka_home/server.properties" <<END
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
controller.quorum.bootstrap.servers=127.0.0.1:$controller
log.dirs=$kafka_home/data
END
    if [[ ! -e $kafka_home/formatted ]]; then
        step "kafka" "format the storage"
        rm -rf "$kafka_home/data"
        (kafka_java 128m kafka.tools.StorageTool format --standalone --config "$kafka_home/server.properties" \
            --cluster-id="$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c1-22)") \
            >"$kafka_home/format.log" 2>&1 || fail "Kafka could not format its storage" "$kafka_home/format.log"
        touch "$kafka_home/formatted"
        finished "data in ${kafka_home#"$root"/}/data"
    fi
    rm -f "$kafka_home/server.log"
    # A script's background job ignores Ctrl-C. It must not inherit the locks (descriptors 8 and 9).
    (kafka_java 512m -Xms256m kafka.Kafka "$kafka_home/server.properties") \
        </dev/null >"$kafka_home/stdout.log" 2>&1 8>&- 9>&- &
    remember "$kafka_home/pid" $! || fail "Kafka exited immediately" "$kafka_home/stdout.log"
}

kafka_await() {
    # A broker that was killed checks all of its logs again.
    local deadline=$((SECONDS + 300))
    step "kafka" "wait until it answers"
    until grep -qs 'Kafka Server started' "$kafka_home/server.log" && kafka_answers; do
        running "$kafka_home/pid" >/dev/null || fail "Kafka exited during startup" "$kafka_home/server.log"
        ((SECONDS < deadline)) || fail "Kafka did not answer within 5 minutes" "$kafka_home/server.log"
        sleep 0.1
    done
    finished "127.0.0.1:$(<"$kafka_home/port"), pid $(running "$kafka_home/pid")"
}

kafka_stop() { end "$kafka_home/pid" TERM 30; }
