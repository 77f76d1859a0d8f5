/** Networks as stages keep them and as fields use them: what a network is, stored networks, compiled fields. */
package io.flowmap.model;
