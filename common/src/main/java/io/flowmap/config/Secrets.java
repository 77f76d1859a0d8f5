package io.flowmap.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one rule of what is a credential, for whatever prints, writes or passes on settings and messages. A setting of Spark's or
 * Hadoop's is one by its key: what ends in key, secret, token, password, sas and the like, or has such a word before an account's name
 * ({@code fs.azure.account.key.NAME}), unless it ends in what a file, a class or a number is called. So is what stands in any text as
 * {@code scheme://user:password@host} or {@code a.secret.key=value}.
 */
public final class Secrets {
    /** The end of a key, which Azure's stores may follow by an account: NAME.blob.core.windows.net. */
    private static final String END = "(?:\\.[^.]+\\.(?:blob|dfs)\\..*)?$";

    private static final String LAST = "(?:key|secret|token|password|passwd|passphrase|pwd|(?<!by)pass|sas|credentials?"
            + "|connection[._-]?string|z(?:oo)?k(?:eeper)?[._-]auth)" + END;
    private static final String INSIDE = "(?:(?<!pull)secret|password|passwd|passphrase|credential|fs\\.azure\\.sas\\."
            + "|(?:access|account|private|encryption|api|provided)[._-]?key(?!provider))";
    private static final String HARMLESS =
            "(?:files?|path|providers?|class|type|name|alias|enabled?|algorithm|bits|length"
                    + "|period|fallback|ratio|wait)" + END;

    /** Kubernetes' secrets are names of such. */
    private static final String KEYS = "(?i)^(?!spark\\.kubernetes\\.(?:driver|executor)\\.secret(?:s|KeyRef)\\.)(?:.*"
            + LAST + "|.*" + INSIDE + "(?!.*" + HARMLESS + "))";

    private static final String PASSWORDS = "[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s:]*:[^/?#\\s]*@";

    /** Found in the key or in the value of a secret, which is how Spark reads {@code spark.redaction.regex}. */
    public static final String REGEX = KEYS + "|" + PASSWORDS;

    private static final Pattern KEY = Pattern.compile(KEYS);
    private static final Pattern PASSWORD = Pattern.compile(PASSWORDS);
    private static final Pattern USER_INFO = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\\s]*@");
    private static final Pattern PAIR =
            Pattern.compile("([\\w\"-]+(?:\\.[\\w\"-]+)+)(\\s*=\\s*)(?:\"[^\"]*\"|[^\\s,;}]+)");
    private static final String BLANK = "(secret)";

    private Secrets() {}

    /** Whether a setting is a credential: by its key, or by what stands in its value. */
    public static boolean isSecret(String key, String value) {
        return KEY.matcher(key).find() || inside(value);
    }

    /** Whether a text has a password in a URI, or a value of a secret's key. */
    public static boolean inside(String text) {
        return PASSWORD.matcher(text).find() || !withoutPairs(text).equals(text);
    }

    /** The text with every {@code scheme://user:password@host} in it as {@code scheme://host}. */
    public static String withoutUserInfo(String text) {
        return USER_INFO.matcher(text).replaceAll("$1");
    }

    /** The text without user information of URIs and without values of secrets' keys. */
    public static String without(String text) {
        return withoutPairs(withoutUserInfo(text));
    }

    /** Settings as they may be shown; {@code spark.conf} has the only keys that name credentials. */
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
