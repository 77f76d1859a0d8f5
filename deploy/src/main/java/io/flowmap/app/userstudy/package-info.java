/** {@code flowmap study}: people compare images of sets of samples. Plan, page, server, report, and simulated studies. */
package io.flowmap.app.userstudy;
