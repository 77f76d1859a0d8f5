/** Labels and annotations in the forms that Python writes. */
package io.flowmap.ingest.label;
