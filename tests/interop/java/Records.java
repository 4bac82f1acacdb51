import com.networknt.schema.Schema;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads every record of the partitions in a file, and writes a line for each to another. */
final class Records {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String BASE = "https://recourse.example/schemas/";

  private final Map<String, Schema> published = new HashMap<>();
  private final CloudEventDeserializer cloudEvents = new CloudEventDeserializer();

  private Records(Path schemas) throws IOException {
    try (var files = Files.newDirectoryStream(schemas, "*.json")) {
      for (Path file : files) {
        Schema schema = Contracts.load(file);
        published.put(schema.getId(), schema);
      }
    }
  }

  /** `ENDS SCHEMAS OUT`; each line of ENDS is `topic<TAB>partition<TAB>end`. */
  public static void main(String[] arguments) throws IOException {
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      String[] parts = line.split("\t");
      ends.put(new TopicPartition(parts[0], Integer.parseInt(parts[1])), Long.valueOf(parts[2]));
    }
    List<String> lines = new Records(Path.of(arguments[1])).read(ends);
    Files.write(Path.of(arguments[2]), lines);
  }

  private List<String> read(Map<TopicPartition, Long> ends) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", System.getenv("KAFKA_BROKERS"),
            "isolation.level", "read_committed",
            "enable.auto.commit", "false",
            "auto.offset.reset", "none",
            "key.deserializer", ByteArrayDeserializer.class,
            "value.deserializer", ByteArrayDeserializer.class);
    List<String> lines = new ArrayList<>();
    Instant deadline = Instant.now().plus(PATIENCE);
    try (var consumer = new KafkaConsumer<byte[], byte[]>(settings)) {
      consumer.assign(ends.keySet());
      ends.keySet().forEach(partition -> consumer.seek(partition, 0));
      // The position also passes transaction markers, which are not records.
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        if (Instant.now().isAfter(deadline)) {
          throw new IllegalStateException("not every partition could be read to its end");
        }
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          long end = ends.get(new TopicPartition(record.topic(), record.partition()));
          if (record.offset() < end) lines.add(describe(record));
        }
      }
    }
    return lines;
  }

  /** Topic, partition, offset, id, type, schema, and what is wrong with it. */
  private String describe(ConsumerRecord<byte[], byte[]> record) {
    String id = "", type = "", schema = "", problem;
    try {
      CloudEvent event =
          cloudEvents.deserialize(record.topic(), record.headers(), record.value());
      id = event.getId();
      type = event.getType();
      schema = event.getDataSchema() == null ? "" : event.getDataSchema().toString();
      problem = problem(event, schema);
    } catch (RuntimeException error) {
      problem = error.toString();
    }
    String position = record.topic() + "\t" + record.partition() + "\t" + record.offset();
    return String.join("\t", position, id, type, schema, problem.replaceAll("\\s+", " "));
  }

  private String problem(CloudEvent event, String schema) {
    // If an event names no schema, its type determines it.
    String name = schema.isEmpty() ? BASE + event.getType() + ".json" : schema;
    if (!published.containsKey(name)) return "no published schema is \"" + name + "\"";
    if (event.getData() == null) return "it has no body";
    String body = new String(event.getData().toBytes(), StandardCharsets.UTF_8);
    return Contracts.problem(published.get(name), body);
  }
}
