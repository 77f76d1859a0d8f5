/** Networks in stages and as fields: specifications, stored networks, compiled fields. */
package io.flowmap.model;
