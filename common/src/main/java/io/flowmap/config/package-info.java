/** HOCON configuration: loading, checking against {@code reference.conf}, and conversion into validated records. */
package io.flowmap.config;
