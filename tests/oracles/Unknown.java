import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.ConceptValidationOptions;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.ValueSet;

/** What is not at hand: kept, to be reported as not checked. */
final class Unknown {
  private final FhirContext context;
  private final Set<String> seen = new LinkedHashSet<>();
  private final List<String> fresh = new ArrayList<>();

  Unknown(FhirContext context) {
    this.context = context;
  }

  /** What was met for the first time since the last call. */
  synchronized List<String> drain() {
    List<String> drained = List.copyOf(fresh);
    fresh.clear();
    return drained;
  }

  synchronized void add(String kind, String url) {
    if (url != null && !url.isEmpty() && seen.add(kind + " " + url)) {
      fresh.add(kind + " " + url);
    }
  }

  /** The last link of a chain: what is known in another version is taken in that one, and the rest kept. */
  IValidationSupport definitions(IValidationSupport known) {
    return new IValidationSupport() {
      @Override
      public FhirContext getFhirContext() {
        return context;
      }

      @Override
      public IBaseResource fetchStructureDefinition(String url) {
        IBaseResource found = url.contains("|") ? known.fetchStructureDefinition(bare(url)) : null;
        return found == null ? none("profile", url) : found;
      }

      @Override
      public IBaseResource fetchValueSet(String url) {
        IBaseResource found = url.contains("|") ? known.fetchValueSet(bare(url)) : null;
        return found == null ? none("value set", url) : found;
      }

      private IBaseResource none(String kind, String url) {
        add(kind, url);
        return null;
      }
    };
  }

  static String bare(String canonical) {
    return canonical.split("\\|", 2)[0];
  }

  /** The first link of a chain: a code of a system that nobody knows is taken for valid, in whatever value set. */
  IValidationSupport codes(IValidationSupport known) {
    return new IValidationSupport() {
      @Override
      public FhirContext getFhirContext() {
        return context;
      }

      @Override
      public boolean isCodeSystemSupported(ValidationSupportContext root, String system) {
        return isUnknown(root, system);
      }

      @Override
      public boolean isValueSetSupported(ValidationSupportContext root, String url) {
        return true;
      }

      @Override
      public CodeValidationResult validateCode(
          ValidationSupportContext root, ConceptValidationOptions options, String system, String code, String display, String valueSet) {
        boolean isIn = valueSet == null || valueSet.isEmpty() || mayHold(known.fetchValueSet(valueSet), system, code);
        return isIn && isUnknown(root, system) ? unchecked(system, code) : null;
      }

      @Override
      public CodeValidationResult validateCodeInValueSet(
          ValidationSupportContext root, ConceptValidationOptions options, String system, String code, String display, IBaseResource valueSet) {
        return mayHold(valueSet, system, code) && isUnknown(root, system) ? unchecked(system, code) : null;
      }

      /** False where the value set names its systems and codes, and this is none of them. */
      private boolean mayHold(IBaseResource resource, String system, String code) {
        if (!(resource instanceof ValueSet set) || !set.hasCompose()) {
          return true;
        }
        return set.getCompose().getInclude().stream()
            .anyMatch(
                part ->
                    part.hasSystem()
                        ? part.getSystem().equals(system)
                            && (!part.hasConcept() || part.getConcept().stream().anyMatch(each -> each.getCode().equals(code)))
                        : part.getValueSet().stream().allMatch(each -> mayHold(known.fetchValueSet(each.getValue()), system, code)));
      }

      private boolean isUnknown(ValidationSupportContext root, String system) {
        return system != null
            && !system.isEmpty()
            && known.fetchCodeSystem(system) == null
            && !known.isCodeSystemSupported(root, system);
      }

      private CodeValidationResult unchecked(String system, String code) {
        add("code system", system);
        return new CodeValidationResult().setCode(code).setSeverity(null);
      }
    };
  }
}
