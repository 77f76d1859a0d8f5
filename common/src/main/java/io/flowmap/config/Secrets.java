package io.flowmap.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides what counts as a credential wherever settings and messages are printed, written or passed on. A setting of Spark or Hadoop is a
 * credential by its key: it ends in key, secret, token, password, sas or similar, or contains such a word before an account name ({@code
 * fs.azure.account.key.NAME}), unless its ending marks a file, a class, a number or the like. In any text, {@code
 * scheme://user:password@host} and {@code a.secret.key=value} hold credentials.
 */
public final class Secrets {
    /** End of a key. Azure appends an account to some keys: NAME.blob.core.windows.net. */
    private static final String END = "(?:\\.[^.]+\\.(?:blob|dfs)\\..*)?$";

    private static final String LAST = "(?:key|secret|token|password|passwd|passphrase|pwd|(?<!by)pass|sas|credentials?"
            + "|connection[._-]?string|z(?:oo)?k(?:eeper)?[._-]auth)" + END;
    private static final String INSIDE = "(?:(?<!pull)secret|password|passwd|passphrase|credential|fs\\.azure\\.sas\\."
            + "|(?:access|account|private|encryption|api|provided)[._-]?key(?!provider))";
    private static final String HARMLESS =
            "(?:files?|path|providers?|class|type|name|alias|enabled?|algorithm|bits|length"
                    + "|period|fallback|ratio|wait)" + END;

    /** Pattern of secret keys. The values of Kubernetes' {@code secrets} settings are only names of secrets, so these keys are excluded. */
    private static final String KEYS = "(?i)^(?!spark\\.kubernetes\\.(?:driver|executor)\\.secret(?:s|KeyRef)\\.)(?:.*"
            + LAST + "|.*" + INSIDE + "(?!.*" + HARMLESS + "))";

    private static final String PASSWORDS = "[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s:]*:[^/?#\\s]*@";

    /** Pattern found in the key or in the value of a secret setting, in the form that {@code spark.redaction.regex} expects. */
    public static final String REGEX = KEYS + "|" + PASSWORDS;

    private static final Pattern KEY = Pattern.compile(KEYS);
    private static final Pattern PASSWORD = Pattern.compile(PASSWORDS);
    private static final Pattern USER_INFO = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\\s]*@");
    private static final Pattern PAIR =
            Pattern.compile("([\\w\"-]+(?:\\.[\\w\"-]+)+)(\\s*=\\s*)(?:\"[^\"]*\"|[^\\s,;}]+)");
    private static final String BLANK = "(secret)";

    private Secrets() {}

    /** Whether a setting is a credential, judged by its key or its value. */
    public static boolean isSecret(String key, String value) {
        return KEY.matcher(key).find() || inside(value);
    }

    /** Whether a text holds a password in a URI or a value assigned to a secret key. */
    public static boolean inside(String text) {
        return PASSWORD.matcher(text).find() || !withoutPairs(text).equals(text);
    }

    /** The text with every {@code scheme://user:password@host} replaced by {@code scheme://host}. */
    public static String withoutUserInfo(String text) {
        return USER_INFO.matcher(text).replaceAll("$1");
    }

    /** The text without user information in URIs and without values of secret keys. */
    public static String without(String text) {
        return withoutPairs(withoutUserInfo(text));
    }

    /** Settings with secrets blanked. Only keys below {@code spark.conf} can name credentials. */
    static ObjectNode without(ObjectNode settings) {
        var shown = (ObjectNode) withoutInside(settings);
        if (shown.at("/spark/conf") instanceof ObjectNode conf) {
            conf.fields().forEachRemaining(field -> {
                if (KEY.matcher(field.getKey()).find()) {
                    field.setValue(TextNode.valueOf(BLANK));
                }
            });
        }
        return shown;
    }

    private static JsonNode withoutInside(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            var copy = object.objectNode();
            object.fields().forEachRemaining(field -> copy.set(field.getKey(), withoutInside(field.getValue())));
            return copy;
        }
        if (tree instanceof ArrayNode array) {
            var copy = array.arrayNode();
            array.forEach(element -> copy.add(withoutInside(element)));
            return copy;
        }
        return tree.isTextual() ? TextNode.valueOf(without(tree.textValue())) : tree;
    }

    private static String withoutPairs(String text) {
        return PAIR.matcher(text)
                .replaceAll(pair -> Matcher.quoteReplacement(
                        KEY.matcher(pair.group(1).replace("\"", "")).find()
                                ? pair.group(1) + pair.group(2) + BLANK
                                : pair.group()));
    }
}
