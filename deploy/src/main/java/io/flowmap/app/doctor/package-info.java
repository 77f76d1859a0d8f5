/** {@code flowmap doctor}: what a cluster gives, and which combinations of settings would fail later. */
package io.flowmap.app.doctor;
