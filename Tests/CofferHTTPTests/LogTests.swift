import CofferCore
import CofferHTTP
import CofferTesting
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Testing

@Suite("JSONLogHandler, LogSink and AccessLog")
struct LogTests {
    private let directory: TemporaryDirectory
    private let clock = ManualClock(Timestamp(milliseconds: 1_767_225_600_007))

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// What a logger writes, line by line.
    private func lines(level: Logger.Level = .info, _ use: (Logger) throws -> Void) throws -> [String] {
        let path = "\(directory.path)/\(UUID())"
        try Data().write(to: URL(fileURLWithPath: path))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        let sink = LogSink(descriptor: handle.fileDescriptor)
        let clock = clock
        try use(Logger(label: "test") { JSONLogHandler(label: $0, level: level, sink: sink, clock: clock) })
        try handle.close()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return text.split(separator: "\n").map(String.init)
    }

    private func json(_ line: String?) -> JSONValue? {
        line.flatMap { JSONValue(parsing: ByteBuffer(string: $0)) }
    }

    @Test func entryIsOneLineInAFixedOrder() throws {
        let lines = try lines { $0.info("drop made", metadata: ["b": "2", "a": "1", "n": .stringConvertible(7)]) }
        #expect(
            lines == [
                #"{"time":"2026-01-01T00:00:00.007Z","level":"info","message":"drop made","a":"1","b":"2","n":7}"#
            ]
        )
    }

    @Test func lineBreaksInValuesStayInsideTheLine() throws {
        let lines = try lines { $0.warning("a\nb", metadata: ["x": "1\r\n{\"level\":\"fake\"}"]) }
        #expect(lines.count == 1)
        #expect(json(lines.first)?["message"] == "a\nb")
        #expect(json(lines.first)?["x"] == "1\r\n{\"level\":\"fake\"}")
        #expect(json(lines.first)?["level"] == "warning")
    }

    @Test func nestedMetadataIsNestedJSON() throws {
        let lines = try lines { $0.error("x", metadata: ["list": ["a", "b"], "map": ["z": "1", "k": ["q"]]]) }
        #expect(json(lines.first)?["list"] == ["a", "b"])
        #expect(lines.first?.contains(#""map":{"k":["q"],"z":"1"}"#) == true)
    }

    @Test func entriesBelowTheLevelAreNotWritten() throws {
        let lines = try lines(level: .warning) { logger in
            logger.info("quiet")
            logger.debug("quieter")
            logger.error("loud")
        }
        #expect(lines.count == 1)
    }

    @Test func metadataOfTheLoggerIsOverriddenByTheEntry() throws {
        let lines = try lines { logger in
            var logger = logger
            logger[metadataKey: "a"] = "logger"
            logger[metadataKey: "b"] = "logger"
            logger.info("x", metadata: ["a": "entry"])
        }
        #expect(json(lines.first)?["a"] == "entry")
        #expect(json(lines.first)?["b"] == "logger")
    }

    @Test func parallelEntriesDoNotMix() throws {
        let long = String(repeating: "x", count: 10_000)
        let lines = try lines { logger in
            DispatchQueue.concurrentPerform(iterations: 100) { index in
                logger.info("entry", metadata: ["n": .stringConvertible(index), "long": .string(long)])
            }
        }
        #expect(lines.count == 100)
        #expect(Set(lines.map { json($0)?["n"].map { "\($0)" } ?? "broken" }).count == 100)
    }

    @Test func sinkThatCannotBeWrittenIsHarmless() {
        let sink = LogSink(descriptor: -1)
        let logger = Logger(label: "test") { JSONLogHandler(label: $0, level: .info, sink: sink) }
        logger.info("lost")
    }

    private func entry(_ method: HTTPRequest.Method) -> AccessLog.Entry {
        AccessLog.Entry(
            method: method,
            route: "/status/{key}",
            dialect: "ravenzero",
            requestID: "id-1",
            start: .now
        )
    }

    @Test func accessLineHasTheseMembersAndNoOthers() throws {
        let lines = try lines { logger in
            let response = Response(.ok, text: "hello")
            AccessLog(logger: logger).write(entry(.get), response)
        }
        guard case .object(let members) = json(lines.first) else {
            Issue.record("no line")
            return
        }
        #expect(
            Set(members.map(\.name)) == [
                "time", "level", "message", "bytes", "dialect", "method", "microseconds", "request_id", "route",
                "status",
            ]
        )
        let line = try #require(json(lines.first))
        #expect(line["bytes"] == 5)
        #expect(line["route"] == "/status/{key}")
        #expect(line["method"] == "GET")
        #expect(line["request_id"] == "id-1")
        #expect(line["message"] == "request")
        #expect(line["status"] == "200" || line["status"] == 200)
    }

    @Test func statusIsANumber() throws {
        let lines = try lines { AccessLog(logger: $0).write(entry(.get), Response(status: .notFound)) }
        #expect(json(lines.first)?["status"] == 404)
    }

    @Test func inventedMethodIsNotWrittenAsItCame() throws {
        let method = try #require(HTTPRequest.Method("SECRET-TOKEN"))
        let lines = try lines { AccessLog(logger: $0).write(entry(method), Response(status: .ok)) }
        #expect(json(lines.first)?["method"] == "OTHER")
        #expect(lines.first?.contains("SECRET") == false)
    }

    @Test func accessLogIsOffAboveInfo() {
        let sink = LogSink(descriptor: -1)
        for (level, isOn) in [(Logger.Level.debug, true), (.info, true), (.notice, false), (.error, false)] {
            let logger = Logger(label: "t") { JSONLogHandler(label: $0, level: level, sink: sink) }
            #expect(AccessLog(logger: logger).isOn == isOn)
        }
    }
}
