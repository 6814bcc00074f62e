import ca.uhn.fhir.context.support.IValidationSupport;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.ElementDefinition.TypeRefComponent;
import org.hl7.fhir.r4.model.ResourceType;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.StructureDefinition.ExtensionContextType;
import org.hl7.fhir.r4.model.UriType;

/**
 * Definitions of other packages that the profiles of a package refer to, made to say as little as can be.
 *
 * <p>Of an extension that a profile slices by, its URL: without it the validator cannot tell it from the rest, and refuses every
 * extension beside it. Of a profile that a reference may lead to, its resource type: without it the validator refuses the reference.
 * What else they demand is not checked, and reported so.
 */
final class StandIns {
  private static final String BASE = "http://hl7.org/fhir/StructureDefinition/";

  private StandIns() {}

  static List<StructureDefinition> of(
      List<StructureDefinition> profiles, IValidationSupport guide, IValidationSupport base, Unknown unknown) {
    List<TypeRefComponent> types =
        profiles.stream()
            .flatMap(profile -> profile.getSnapshot().getElement().stream())
            .flatMap(element -> element.getType().stream())
            .toList();
    Stream<StructureDefinition> extensions =
        missing(types.stream().filter(type -> "Extension".equals(type.getCode())).flatMap(type -> type.getProfile().stream()), guide, base)
            .map(url -> extension(note("extension", url, unknown), base));
    Stream<StructureDefinition> targets =
        missing(types.stream().flatMap(type -> type.getTargetProfile().stream()), guide, base)
            .map(url -> profile(note("profile", url, unknown), base));
    return Stream.concat(extensions, targets).toList();
  }

  private static Stream<String> missing(Stream<CanonicalType> canonicals, IValidationSupport guide, IValidationSupport base) {
    return canonicals
        .map(CanonicalType::getValue)
        .distinct()
        .filter(url -> Stream.of(guide, base).allMatch(each -> each.fetchStructureDefinition(Unknown.bare(url)) == null));
  }

  private static String note(String kind, String url, Unknown unknown) {
    unknown.add(kind, url);
    return url;
  }

  private static StructureDefinition extension(String canonical, IValidationSupport base) {
    StructureDefinition made = copied(canonical, "Extension", base);
    made.addContext().setType(ExtensionContextType.ELEMENT).setExpression("Element");
    made.getSnapshot().getElement().stream()
        .filter(element -> "Extension.url".equals(element.getPath()))
        .forEach(element -> element.setFixed(new UriType(Unknown.bare(canonical))));
    return made;
  }

  private static StructureDefinition profile(String canonical, IValidationSupport base) {
    return copied(canonical, type(canonical), base);
  }

  /** The type of a profile by its name: `us-core-practitionerrole` is of PractitionerRole. */
  private static String type(String canonical) {
    String name = canonical.substring(canonical.lastIndexOf('/') + 1).replace("vital-signs", "observation");
    Set<String> parts = Set.of(Unknown.bare(name).toLowerCase(Locale.ROOT).split("-"));
    return Stream.of(ResourceType.values())
        .map(Enum::name)
        .filter(each -> parts.contains(each.toLowerCase(Locale.ROOT)))
        .max(Comparator.comparingInt(String::length))
        .orElseThrow(() -> new IllegalStateException("no resource type is named in " + canonical));
  }

  private static StructureDefinition copied(String canonical, String type, IValidationSupport base) {
    StructureDefinition made = ((StructureDefinition) base.fetchStructureDefinition(BASE + type)).copy();
    String url = Unknown.bare(canonical);
    made.setUrl(url).setVersion(url.equals(canonical) ? null : canonical.substring(url.length() + 1)).setName("StandIn");
    made.setBaseDefinition(BASE + type).setDerivation(StructureDefinition.TypeDerivationRule.CONSTRAINT);
    return made;
  }
}
