/** {@code flowmap doctor}: what a cluster provides, and which combinations of settings would fail later. */
package io.flowmap.app.doctor;
