import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** networknt loads each schema alone, with formats asserted, and validates its examples. */
final class Contracts {
  private static final SchemaRegistryConfig FORMATS =
      SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build();

  private Contracts() {}

  /** One schema from disk, with a registry of its own. Nothing is fetched: see `fetchRemoteResources`. */
  static Schema load(Path file) throws IOException {
    var alone =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, registry -> registry.schemaRegistryConfig(FORMATS));
    var schema =
        alone.getSchema(
            SchemaLocation.of(file.toUri().toString()), Files.readString(file), InputFormat.JSON);
    schema.initializeValidators();
    return schema;
  }

  /** What is wrong with a body; empty when nothing is. */
  static String problem(Schema schema, String body) {
    return schema.validate(body, InputFormat.JSON).stream()
        .map(Object::toString)
        .collect(Collectors.joining("; "));
  }

  /** The list has a line for each example: `schema<TAB>example`. */
  public static void main(String[] arguments) throws IOException {
    Map<String, Schema> schemas = new HashMap<>();
    int examples = 0;
    boolean wrong = false;
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      String[] pair = line.split("\t");
      String found;
      try {
        if (!schemas.containsKey(pair[0])) schemas.put(pair[0], load(Path.of(pair[0])));
        found = problem(schemas.get(pair[0]), Files.readString(Path.of(pair[1])));
      } catch (RuntimeException error) {
        found = error.toString();
      }
      if (found.isEmpty()) {
        examples++;
      } else {
        wrong = true;
        System.out.println(pair[1] + ": " + found.replaceAll("\\s+", " "));
      }
    }
    // For the driver.
    System.out.println("read " + schemas.size() + " " + examples);
    if (wrong) System.exit(1);
  }
}
