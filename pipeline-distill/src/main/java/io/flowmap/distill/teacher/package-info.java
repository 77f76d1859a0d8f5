/** Teachers: velocity fields that a flow map is distilled from, with their guidance. */
package io.flowmap.distill.teacher;
