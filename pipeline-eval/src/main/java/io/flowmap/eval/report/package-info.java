/** The job {@code report}: tables, charts and images of a run as one page. */
package io.flowmap.eval.report;
