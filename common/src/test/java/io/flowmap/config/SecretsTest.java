package io.flowmap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.hadoop.conf.ConfigRedactor;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.internal.config.ConfigEntry$;
import org.apache.spark.internal.config.package$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which settings of Spark and Hadoop are secrets, tested by what the settings show. */
class SecretsTest {
    private static final String HUSH = "wJalrXUtnFEMI";
    /**
     * The credentials in core-default.xml, found by reading every key. No key of yarn-default.xml or mapred-default.xml holds a credential.
     */
    private static final Set<String> HADOOPS = Set.of(
            "fs.adl.oauth2.credential",
            "fs.adl.oauth2.refresh.token",
            "fs.s3a.access.key",
            "fs.s3a.encryption.key",
            "fs.s3a.proxy.password",
            "fs.s3a.secret.key",
            "fs.s3a.session.token",
            "ha.zookeeper.auth",
            "hadoop.security.group.mapping.ldap.bind.password",
            "hadoop.security.group.mapping.ldap.ssl.keystore.password",
            "hadoop.security.service.user.name.key", // not a credential, but its name ends like one
            "hadoop.zk.auth");

    @TempDir
    Path dir;

    @Test
    void exactlyTheCredentialsAmongHadoopsDefaultsAreSecrets() throws Exception {
        var keys = hadoopsKeys();
        assertThat(keys).hasSizeGreaterThan(1000).containsAll(HADOOPS);
        assertThat(secretsAmong(keys)).containsExactlyInAnyOrderElementsOf(HADOOPS);
    }

    /**
     * Except the settings that hadoop.security.sensitive-config-keys hides although they are harmless: classes, ids, a port, a URL, an
     * algorithm.
     */
    @Test
    void everythingThatHadoopHidesIsASecret() throws Exception {
        var redactor = new ConfigRedactor(new Configuration());
        var hidden = allKeys().stream()
                .filter(key -> !redactor.redact(key, HUSH).equals(HUSH))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(hidden).contains("fs.s3a.secret.key", "fs.azure.account.key.store.blob.core.windows.net");
        hidden.removeAll(secretsAmong(hidden));
        assertThat(hidden)
                .containsExactly(
                        "fs.adl.oauth2.access.token.provider",
                        "fs.adl.oauth2.access.token.provider.type",
                        "fs.adl.oauth2.client.id",
                        "fs.adl.oauth2.devicecode.clientapp.id",
                        "fs.adl.oauth2.msi.port",
                        "fs.adl.oauth2.refresh.url",
                        "fs.s3a.encryption.algorithm",
                        "hadoop.security.sensitive-config-keys");
    }

    /** Except files and a number of bits. */
    @Test
    void everythingThatSparkHidesIsASecret() throws IOException {
        var pattern = package$.MODULE$.SECRET_REDACTION_PATTERN().defaultValue().get();
        var hidden = ConfigEntry$.MODULE$.knownConfigs().keySet().stream()
                .filter(key -> pattern.findFirstIn(key).isDefined())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(hidden).contains("spark.authenticate.secret");
        hidden.removeAll(secretsAmong(hidden));
        assertThat(hidden)
                .containsExactly(
                        "spark.authenticate.secret.driver.file",
                        "spark.authenticate.secret.executor.file",
                        "spark.authenticate.secret.file",
                        "spark.authenticate.secretBitLength");
    }

    static List<String> secrets() {
        return List.of(
                "fs.azure.account.key.store.blob.core.windows.net",
                "fs.azure.account.key.store.dfs.core.windows.net",
                "fs.azure.account.key.store.z35.dfs.storage.azure.net",
                "fs.azure.account.key",
                "fs.azure.sas.box.store.blob.core.windows.net",
                "fs.azure.sas.fixed.token.store.dfs.core.windows.net",
                "fs.azure.sas.fixed.token",
                "fs.azure.account.oauth2.client.secret",
                "fs.azure.account.oauth2.client.secret.store.dfs.core.windows.net",
                "fs.azure.account.oauth2.user.password.store.dfs.core.windows.net",
                "fs.azure.account.oauth2.refresh.token.store.dfs.core.windows.net",
                "fs.azure.encryption.encoded.client-provided-key.store.dfs.core.windows.net",
                "fs.s3a.bucket.mine.access.key",
                "fs.s3a.bucket.mine.secret.key",
                "fs.s3a.bucket.mine.session.token",
                "fs.s3a.bucket.mine.encryption.key",
                "fs.s3a.server-side-encryption.key",
                "fs.s3n.awsAccessKeyId",
                "fs.s3n.awsSecretAccessKey",
                "fs.gs.auth.service.account.private.key",
                "fs.gs.auth.service.account.private.key.id",
                "fs.gs.auth.client.secret",
                "fs.oss.accessKeyId",
                "fs.oss.accessKeySecret",
                "fs.oss.securityToken",
                "fs.cosn.userinfo.secretId",
                "fs.cosn.userinfo.secretKey",
                "fs.swift.service.rax.apikey",
                "fs.ftp.password.localhost",
                "fs.sftp.password.localhost.me",
                "ssl.server.keystore.keypassword",
                "ssl.keystore.pass",
                "javax.jdo.option.ConnectionPassword",
                "storage.connection.string",
                "my.ConnectionString",
                "my.pwd",
                "my.passphrase",
                "my.credentials",
                "MY.SECRET");
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void credentialsOfStoresAreSecretsWithAndWithoutSparksPrefix(String key) throws IOException {
        assertThat(secretsAmong(Set.of(key, "spark.hadoop." + key)))
                .containsExactlyInAnyOrder(key, "spark.hadoop." + key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.ssl.keyPassword",
                "spark.ssl.ui.trustStorePassword",
                "spark.authenticate.secret",
                "spark.kubernetes.authenticate.submission.oauthToken",
                "spark.executorEnv.AWS_SECRET_ACCESS_KEY",
                "spark.executorEnv.AZURE_STORAGE_SAS",
                "spark.executorEnv.HADOOP_CREDSTORE_PASSWORD",
                "spark.databricks.token"
            })
    void credentialsOfSparkAreSecrets(String key) throws IOException {
        assertThat(secretsAmong(Set.of(key))).containsExactly(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.hadoop.hadoop.security.credential.provider.path",
                "spark.hadoop.fs.s3a.security.credential.provider.path",
                "spark.hadoop.fs.s3a.aws.credentials.provider",
                "spark.hadoop.fs.s3a.endpoint",
                "spark.hadoop.fs.azure.account.auth.type",
                "spark.hadoop.fs.azure.account.oauth2.client.id",
                "spark.hadoop.fs.azure.account.keyprovider.store.blob.core.windows.net",
                "spark.hadoop.fs.azure.sas.token.provider.type.store.dfs.core.windows.net",
                "spark.hadoop.fs.gs.auth.service.account.json.keyfile",
                "spark.kubernetes.driver.secretKeyRef.AWS_SECRET_ACCESS_KEY",
                "spark.kubernetes.executor.secrets.store",
                "spark.kubernetes.container.image.pullSecrets",
                "spark.io.encryption.keySizeBits",
                "spark.ssl.keyStore",
                "spark.kerberos.keytab",
                "spark.security.credentials.hive.enabled",
                "spark.sql.mapKeyDedupPolicy"
            })
    void filesClassesAndNumbersAreNone(String key) throws IOException {
        assertThat(secretsAmong(Set.of(key))).isEmpty();
    }

    /** Manifests of two runs are compared: if patterns were blanked, two different ones would look equal. */
    @Test
    void patternsForRecordFieldsAreNotSecrets() {
        var settings = Settings.load(
                Optional.empty(), List.of("example.captions.fields.key=0.*", "example.captions.fields.token=cat"));
        assertThat(settings.tree("example.captions.fields")).hasToString("{\"key\":\"0.*\",\"token\":\"cat\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.conf.spark.hadoop.fs.azure.account.key.x.blob.core.windows.net=" + HUSH,
                "spark.conf.\"spark.hadoop.fs.s3a.secret.key\"=" + HUSH,
                "spark.conf{\"fs.s3a.secret.key\"=" + HUSH + "}",
                "spark{conf{spark.ssl.keyPassword=" + HUSH + "}}",
                "spark.conf.spark.executor.extraJavaOptions=-Djavax.net.ssl.trustStorePassword=" + HUSH,
                "spark.cnf.spark.hadoop.fs.s3a.secret.key=" + HUSH,
                "run.dir=s3a://key:" + HUSH + "@bucket/run",
                "example.sources=[\"s3a://key:" + HUSH + "@bucket/a\"]"
            })
    void argumentsTakeNoSecretAndTellNone(String argument) {
        assertThatThrownBy(() -> Settings.load(Optional.empty(), List.of(argument)))
                .isInstanceOf(UserError.class)
                .hasMessageNotContaining(HUSH)
                .hasMessageNotContaining("\n");
    }

    @Test
    void secretsInsideValuesAreBlanked() {
        assertThat(new UserError("cannot read spark.hadoop.fs.s3a.secret.key=" + HUSH + " of run.dir=/a"))
                .hasMessage("cannot read spark.hadoop.fs.s3a.secret.key=(secret) of run.dir=/a");
        assertThat(new UserError("-Da.b=1 -Djavax.net.ssl.trustStorePassword=" + HUSH + " -Dc=2"))
                .hasMessage("-Da.b=1 -Djavax.net.ssl.trustStorePassword=(secret) -Dc=2");
    }

    private static Set<String> allKeys() throws Exception {
        var keys = new TreeSet<>(secrets());
        keys.addAll(hadoopsKeys());
        return keys;
    }

    /** Includes keys without a value, since most credentials have none there. */
    private static Set<String> hadoopsKeys() throws Exception {
        var keys = new TreeSet<String>();
        for (var file : List.of("/core-default.xml", "/yarn-default.xml", "/mapred-default.xml")) {
            try (var in = Configuration.class.getResourceAsStream(file)) {
                var names = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(in)
                        .getElementsByTagName("name");
                for (int i = 0; i < names.getLength(); i++) {
                    keys.add(names.item(i).getTextContent().strip());
                }
            }
        }
        return keys;
    }

    /** The keys under spark.conf whose values are hidden. */
    private Set<String> secretsAmong(Set<String> keys) throws IOException {
        var lines = keys.stream().map(key -> "\"" + key + "\" = " + HUSH).collect(Collectors.joining("\n"));
        var file = Files.writeString(dir.resolve("user.conf"), "spark.conf {\n" + lines + "\n}");
        var settings = Settings.load(Optional.of(file), List.of());
        var tree = settings.tree("spark.conf");
        assertThat(tree).hasSize(keys.size());
        assertThat(settings.json("spark.conf")).isEqualTo(Json.pretty(tree));
        return keys.stream()
                .filter(key -> !tree.get(key).asText().equals(HUSH))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
