package io.flowmap.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy before an S3-compatible server that makes faults by connection number: of every five connections, one gets 503 (slow down)
 * and one is cut in the middle of the answer. Connections that begin an upload are spared: a failed one would leave an upload that is
 * aborted at the end of the job, and S3Mock 4.0.0 (unlike S3) then forgets the object of that name.
 */
final class FaultyProxy implements AutoCloseable {
    private static final int PERIOD = 5;
    private static final int CUT_AFTER = 100;
    private static final int PATIENCE = 3000;
    private static final String BEGINS_UPLOAD = "(?s)POST [^ ]*[?&]uploads[ =&].*";
    private static final String SLOW_DOWN = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code>"
            + "<Message>Please reduce your request rate.</Message><RequestId>1</RequestId></Error>";

    private final ServerSocket server;
    private final int target;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger slowed = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();

    /** @param target port of the server on loopback */
    FaultyProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Number of connections answered with 503. */
    int slowed() {
        return slowed.get();
    }

    /** Number of connections that were cut. */
    int cut() {
        return cut.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                int number = connections.incrementAndGet();
                threads.submit(() -> serve(client, number % PERIOD));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client, int number) {
        try (client) {
            client.setSoTimeout(PATIENCE);
            if (number == 2) {
                slowed.incrementAndGet();
                slowDown(client);
            } else {
                forward(client, number == 4);
            }
        } catch (IOException e) {
            // the other side has closed the connection
        }
    }

    private static void slowDown(Socket client) throws IOException {
        var in = client.getInputStream();
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return;
            }
            head.write(next);
        }
        boolean bodiless = head.toString(StandardCharsets.ISO_8859_1).startsWith("HEAD");
        var answer = "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: " + SLOW_DOWN.length()
                + "\r\nConnection: close\r\n\r\n" + (bodiless ? "" : SLOW_DOWN);
        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
        client.shutdownOutput();
        in.skipNBytes(in.available());
    }

    private void forward(Socket client, boolean cutting) throws IOException {
        try (var upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
            upstream.setSoTimeout(10 * PATIENCE);
            var request = new byte[1 << 16];
            int length = client.getInputStream().read(request);
            if (length < 0) {
                return;
            }
            boolean begins = new String(request, 0, length, StandardCharsets.ISO_8859_1).matches(BEGINS_UPLOAD);
            upstream.getOutputStream().write(request, 0, length);
            threads.submit(() -> pump(client, upstream));
            var in = upstream.getInputStream();
            var out = client.getOutputStream();
            var buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (cutting && !begins) {
                    cut.incrementAndGet();
                    out.write(buffer, 0, Math.min(n, CUT_AFTER));
                    client.setSoLinger(true, 0);
                    return;
                }
                out.write(buffer, 0, n);
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        var buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                to.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            // idle for too long, or closed: close the server's end too
        } finally {
            try {
                to.close();
            } catch (IOException e) {
                // closed already
            }
        }
    }
}
