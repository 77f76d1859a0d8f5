/** The entry points: {@code Launcher} before Spark, {@code Main} within it. */
package io.flowmap.app;
