import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.utilities.npm.NpmPackage;

/**
 * HAPI FHIR's instance validator as a process that stays: documents in, one a line, and what it says of each out, one a line.
 *
 * <p>Arguments: packages, as VERSION=PATH. In: {"id", "version", "profile" or none, "document"}, the document as text. Out:
 * first {"ready": [versions]}, then {"id", "issues": [{"severity", "message_id", "path", "text"}], "not_checked": [...]}, where the
 * last holds the profiles and the code systems that nobody here knows, each once in the life of the process.
 */
public final class Oracle {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Oracle() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // what libraries print is no answer

    FhirContext context = FhirContext.forR4();
    IValidationSupport base = new DefaultProfileValidationSupport(context);
    Unknown unknown = new Unknown(context);
    Map<String, FhirValidator> validators = new TreeMap<>();
    ObjectNode ready = JSON.createObjectNode();
    for (String argument : arguments) {
      String[] parts = argument.split("=", 2);
      validators.put(parts[0], validator(context, base, guide(context, base, parts[1], unknown), unknown));
      ready.withArray("/ready").add(parts[0]);
    }
    out.println(JSON.writeValueAsString(ready));

    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.writeValueAsString(answer(JSON.readTree(line), validators, unknown)));
    }
  }

  private static ObjectNode answer(JsonNode asked, Map<String, FhirValidator> validators, Unknown unknown) {
    ObjectNode answer = JSON.createObjectNode();
    answer.set("id", asked.get("id"));
    ArrayNode issues = answer.putArray("issues");
    ValidationOptions options = new ValidationOptions();
    if (asked.hasNonNull("profile")) {
      options.addProfile(asked.get("profile").asText());
    }
    FhirValidator validator = validators.get(asked.get("version").asText());
    for (SingleValidationMessage each : validator.validateWithResult(asked.get("document").asText(), options).getMessages()) {
      ObjectNode issue = issues.addObject();
      issue.put("severity", each.getSeverity().getCode());
      issue.put("message_id", each.getMessageId());
      issue.put("path", each.getLocationString());
      issue.put("text", each.getMessage());
    }
    ArrayNode missing = answer.putArray("not_checked");
    unknown.drain().forEach(missing::add);
    return answer;
  }

  /** The profiles, extensions, code systems and value sets of one package. */
  private static IValidationSupport guide(FhirContext context, IValidationSupport base, String path, Unknown unknown)
      throws Exception {
    PrePopulatedValidationSupport guide = new PrePopulatedValidationSupport(context);
    List<StructureDefinition> profiles = new ArrayList<>();
    try (InputStream file = new FileInputStream(path)) {
      NpmPackage contents = NpmPackage.fromPackage(file);
      for (String name : contents.listResources("StructureDefinition", "CodeSystem", "ValueSet")) {
        try (InputStream resource = contents.load("package", name)) {
          IBaseResource parsed = context.newJsonParser().parseResource(resource);
          guide.addResource(parsed);
          if (parsed instanceof StructureDefinition profile) {
            profiles.add(profile);
          }
        }
      }
    }
    StandIns.of(profiles, guide, base, unknown).forEach(guide::addResource);
    return guide;
  }

  private static FhirValidator validator(FhirContext context, IValidationSupport base, IValidationSupport guide, Unknown unknown) {
    ValidationSupportChain known =
        new ValidationSupportChain(guide, base, new CommonCodeSystemsTerminologyService(context));
    ValidationSupportChain chain =
        new ValidationSupportChain(
            unknown.codes(known), known, new InMemoryTerminologyServerValidationSupport(context), unknown.definitions(known));
    FhirInstanceValidator module = new FhirInstanceValidator(chain);
    module.setErrorForUnknownProfiles(false);
    module.setAnyExtensionsAllowed(true);
    module.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    return context.newValidator().registerValidatorModule(module);
  }
}
