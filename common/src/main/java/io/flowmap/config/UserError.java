package io.flowmap.config;

import java.util.Optional;

/**
 * A mistake that the user can fix. The message is one line "cannot &lt;verb&gt; &lt;thing&gt;: expected &lt;x&gt;, got &lt;y&gt;". The
 * program exits with code 2. Credentials are removed from the message.
 */
public class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(Secrets.without(message));
    }

    public UserError(String message, Throwable cause) {
        super(Secrets.without(message), cause);
    }

    /** The outermost mistake among an exception and its causes. */
    public static Optional<UserError> in(Throwable exception) {
        for (var cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError mistake) {
                return Optional.of(mistake);
            }
        }
        return Optional.empty();
    }
}
