/** The store of encoded texts: rows of fixed size in files that are sorted by key, each text once. */
package io.flowmap.data.text;
