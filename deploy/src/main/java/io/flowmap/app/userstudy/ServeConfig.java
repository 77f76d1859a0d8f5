package io.flowmap.app.userstudy;

/**
 * The section {@code study.serve}.
 *
 * @param host address to listen at
 * @param port 0 for any free one
 */
record ServeConfig(String host, int port) {
    private static final int MOST_PORT = 65535;

    ServeConfig {
        if (host.isBlank() || port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException(
                    "expected a host and a port from 0 to " + MOST_PORT + ", got " + host + " and " + port);
        }
    }
}
