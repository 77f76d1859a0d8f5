/** HOCON configuration: loading, checking against {@code reference.conf}, conversion into validated records, user errors, secrets. */
package io.flowmap.config;
