import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Reads paths on standard input; writes one line each: PASS, FAIL or ERROR, a tab, failed rules or the reason. */
public class VeraCheck {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.byFlavourId(arguments[0]);
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    out.println("READY\t" + flavour.getId());
    BufferedReader paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String path = paths.readLine(); path != null; path = paths.readLine()) {
      out.println(verdict(new File(path), flavour).replaceAll("[\\r\\n]+", " "));
    }
  }

  private static String verdict(File file, PDFAFlavour flavour) {
    try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, 10, false, false, false)) {
      ValidationResult result = validator.validate(parser);
      Set<String> rules = new TreeSet<>();
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          rules.add(assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber());
        }
      }
      return (result.isCompliant() ? "PASS" : "FAIL") + "\t" + String.join(" ", rules);
    } catch (Throwable broken) {
      return "ERROR\t" + broken.getClass().getSimpleName() + ": " + broken.getMessage();
    }
  }
}
