/** The jobs of {@code flowmap lab}: studies of the method, each with a table and a page. Their mathematics is in {@code study}. */
package io.flowmap.app.lab;
