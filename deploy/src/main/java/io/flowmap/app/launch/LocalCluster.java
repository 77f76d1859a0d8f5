package io.flowmap.app.launch;

import io.flowmap.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The cluster that {@code flowmap cluster start} runs on this machine. Its folder, readable by the user only, holds the address and the
 * settings by which master, workers and jobs authenticate each other.
 *
 * @param folder may not exist
 */
public record LocalCluster(Optional<Path> folder) {
    private static final String FOLDER = "FLOWMAP_CLUSTER";
    private static final String ADDRESS = "url";
    private static final String SETTINGS = "secret.properties";

    /** The folder named by the launcher script. */
    public static LocalCluster ofEnvironment() {
        return new LocalCluster(Optional.ofNullable(System.getenv(FOLDER)).map(Path::of));
    }

    /**
     * Settings with which a job authenticates to that cluster; none for another master. Throws {@link UserError} if they cannot be
     * read.
     */
    Map<String, String> settings(String master) {
        return folder.map(there -> settings(there, master)).orElse(Map.of());
    }

    private static Map<String, String> settings(Path folder, String master) {
        var address = folder.resolve(ADDRESS);
        var file = folder.resolve(SETTINGS);
        try {
            if (!Files.exists(file) || !Files.readString(address).strip().equals(sameHost(master))) {
                return Map.of();
            }
            var read = new Properties();
            try (var in = Files.newBufferedReader(file)) {
                read.load(in);
            }
            var settings = new TreeMap<String, String>();
            read.forEach((key, value) -> settings.put(key.toString(), value.toString()));
            return settings;
        } catch (IOException e) {
            throw new UserError(
                    "cannot join the cluster of this machine: expected its secret in " + file + ", got " + e, e);
        }
    }

    private static String sameHost(String master) {
        return master.replace("//localhost:", "//127.0.0.1:");
    }
}
