import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Prints the story of a review from Kafka: what happened to it, in order.
 *
 * <pre>
 * mvn dependency:copy-dependencies -DoutputDirectory=libs
 * java -cp "libs/*" Story.java BOOTSTRAP TOPIC REVIEW_ID [--to-the-end]
 * </pre>
 */
public class Story {
    static final Map<String, String> ACTIONS = Map.of(
            "A1", "certified", "A2", "certified in part", "A3", "not certified", "A4", "pended", "A6", "modified");

    public static void main(String[] arguments) throws Exception {
        String topic = arguments[1];
        String reviewId = arguments[2];
        boolean toTheEnd = arguments.length > 3 && arguments[3].equals("--to-the-end");
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        ObjectMapper json = new ObjectMapper();
        Set<String> seen = new HashSet<>(); // an event may come twice, with the same id
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition()))
                    .collect(Collectors.toList());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            do {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    JsonNode event = json.readTree(record.value());
                    if (reviewId.equals(record.key()) && seen.add(event.get("id").asText())) {
                        System.out.println(tell(event));
                    }
                }
            } while (!toTheEnd || partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each)));
        }
    }

    /** One event in a line. An event of a type that we do not know is no error: more may be added. */
    static String tell(JsonNode event) {
        String kind = event.get("type").asText().replaceFirst("^priorauth\\.", "").replaceFirst("\\.v1$", "");
        JsonNode data = event.get("data");
        String says = switch (kind) {
            case "review.received" -> data.get("review").get("items").size() + " services requested";
            case "review.routed" -> each(data.get("route").get("items"), item -> "service " + item.get("sequence")
                    + ": " + item.get("outcome").asText() + " " + item.get("destination").asText("")
                    + " by " + item.get("rule").asText());
            case "leg.dispatched" -> "services "
                    + each(data.get("leg").get("sequences"), JsonNode::asText).replace("; ", ", ")
                    + " sent to " + data.get("leg").get("destination").asText();
            case "leg.declined" -> "declined by " + data.get("declined_by").asText() + ", taken over by "
                    + (data.get("taken_over_by").isNull() ? "nobody"
                            : data.get("taken_over_by").get("destination").asText());
            case "determination.recorded" -> data.get("determination").get("decided_by").asText() + ": "
                    + decisions(data.get("determination").get("items"));
            case "determination.returned" -> "reply " + data.get("reply").get("number") + " to the requester: "
                    + decisions(data.get("reply").get("items"));
            case "information.requested" -> data.get("requested_by").asText() + " asks for "
                    + each(data.get("tasks"), task -> task.get("kind").asText());
            case "information.supplied" -> "brought by the requester, goes to "
                    + data.get("leg").get("destination").asText();
            case "clock.warned", "clock.breached" -> data.get("title").asText() + ", due "
                    + data.get("due_at").asText() + " (" + data.get("clock").asText() + ")";
            default -> "";
        };
        return event.get("time").asText() + " " + kind + ": " + says;
    }

    static String decisions(JsonNode items) {
        return each(items, item -> "service " + item.get("sequence") + " "
                + ACTIONS.getOrDefault(item.get("action").asText(), item.get("action").asText()));
    }

    static String each(JsonNode items, java.util.function.Function<JsonNode, String> says) {
        return StreamSupport.stream(items.spliterator(), false).map(says).collect(Collectors.joining("; "));
    }
}
