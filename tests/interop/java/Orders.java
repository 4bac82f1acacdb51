import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventSerializer;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes the events in a file, the first in binary mode and the second in structured mode, each
 * under the key of its purchase: the order's number. Java's producer partitions by murmur2.
 */
final class Orders {
  private Orders() {}

  /** `TOPIC EVENTS`. */
  public static void main(String[] arguments) throws Exception {
    var json = EventFormatProvider.getInstance().resolveFormat(JsonFormat.CONTENT_TYPE);
    int sent = 0;
    for (var each : new ObjectMapper().readTree(Path.of(arguments[1]).toFile())) {
      var event = json.deserialize(each.toString().getBytes("UTF-8"));
      Map<String, Object> settings =
          Map.of(
              "bootstrap.servers", System.getenv("KAFKA_BROKERS"),
              "key.serializer", StringSerializer.class,
              "value.serializer", CloudEventSerializer.class,
              CloudEventSerializer.ENCODING_CONFIG, sent == 1 ? Encoding.STRUCTURED : Encoding.BINARY,
              CloudEventSerializer.EVENT_FORMAT_CONFIG, JsonFormat.CONTENT_TYPE);
      try (var producer = new KafkaProducer<String, io.cloudevents.CloudEvent>(settings)) {
        producer.send(new ProducerRecord<>(arguments[0], event.getSubject(), event)).get();
      }
      sent++;
    }
    System.out.println("read " + sent + " " + sent);
  }
}
