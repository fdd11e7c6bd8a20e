// Runs Kafka's command-line tools one after another in this process, each as its script would, and keeps what each prints.
//
// Standard input: one command a line, fields separated by tabs: a name, the tool's class, its arguments.
// Standard output: for each command "\u0001<name>\u0001<exit code>\n" and then what the tool printed, on both streams.
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Exit;

public class RunTools {
    /** What a tool's attempt to end the process becomes. */
    static class Ended extends Error {
        Ended() {
            super(null, null, false, false);
        }
    }

    /** The first exit code of the tool at work; some tools catch what ends them, and go on to end again. */
    private static Integer ended;

    private static void end(int code, String message) {
        if (ended == null) {
            if (message != null) {
                System.err.println(message);
            }
            ended = code;
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
            System.setOut(nowhere);
            System.setErr(nowhere);
        }
        throw new Ended();
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        Exit.setExitProcedure((code, message) -> end(code, message));
        Exit.setHaltProcedure((code, message) -> end(code, message));
        Exit.setShutdownHookAdder((name, hook) -> { });
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] fields = line.split("\t", -1);
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            PrintStream both = new PrintStream(printed, true, StandardCharsets.UTF_8);
            System.setOut(both);
            System.setErr(both);
            int code;
            try {
                code = run(fields[1], Arrays.copyOfRange(fields, 2, fields.length));
            } catch (ReflectiveOperationException failure) {
                failure.printStackTrace();
                code = -1;
            }
            both.flush();
            answers.print("\u0001" + fields[0] + "\u0001" + code + "\n" + printed.toString(StandardCharsets.UTF_8) + "\n");
            answers.flush();
        }
        System.exit(0);
    }

    private static int run(String tool, String[] args) throws Exception {
        ended = null;
        try {
            Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) args);
            return ended == null ? 0 : ended;
        } catch (InvocationTargetException wrapped) {
            Throwable cause = wrapped.getCause();
            for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
                if (inner instanceof Ended) {
                    return ended;
                }
            }
            // As the virtual machine does with what main throws.
            System.err.println("Exception in thread \"main\" " + cause);
            return 1;
        }
    }
}
