/** What every job is made of: its interface and context, progress, user errors, and finished outputs with their manifests. */
package io.flowmap.job;
