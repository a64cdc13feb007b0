package import CofferCore
import Foundation

extension TestClient {
    /// The names of the files that hold stored bytes.
    package var storedFiles: [String] { storedPaths.map { String($0.drop { $0 != "/" }.dropFirst()) } }

    /// Their paths, below the folder of all.
    package var storedPaths: [String] {
        names(in: objectsPath).flatMap { folder in names(in: "\(objectsPath)/\(folder)").map { "\(folder)/\($0)" } }
    }

    /// The names of the files that are still being written.
    package var incomingFiles: [String] { names(in: "\(server.dataPath)/blobs/incoming") }

    package var objectsPath: String { "\(server.dataPath)/blobs/objects" }

    private func names(in directory: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return all.filter { !$0.hasPrefix(".") }
    }

    /// Whether no byte of an upload is on the disk any more, soon.
    package func hasNothingStored() async throws -> Bool {
        try await eventually { storedFiles.isEmpty && incomingFiles.isEmpty }
    }

    /// Lets time pass, a step every few milliseconds, while the body runs; up to a time, if there is one.
    @discardableResult
    package func withTimePassing<Value: Sendable>(
        _ step: Duration,
        until end: Timestamp? = nil,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let clock = server.clock
            group.addTask {
                while !Task.isCancelled {
                    if end.map({ clock.now < $0 }) ?? true { clock.advance(by: step) }
                    try? await Task.sleep(for: .milliseconds(5))
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Asks again until it is so, for at most a minute.
    package func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        try await ask(until: { $0 }, condition)
    }

    /// Asks again until the answer will do, for at most a minute.
    ///
    /// - Returns: the last answer.
    package func ask<Answer>(
        until isEnough: (Answer) -> Bool,
        _ question: () async throws -> Answer
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let answer = try await question()
            if isEnough(answer) || ContinuousClock.now >= deadline { return answer }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Runs the same work many times at once; the results come in the order of their numbers.
    package func parallel<Value: Sendable>(
        _ count: Int,
        _ work: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            for number in 0..<count { group.addTask { (number, try await work(number)) } }
            var results: [(Int, Value)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Bytes that show where they belong: every seed gives others, and each block of 64 KiB begins with its number.
    package static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var block = (0..<min(count, 65536)).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        var bytes = block
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let number = bytes.count / 65536
            (block[0], block[1]) = (UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8))
            bytes.append(contentsOf: block.prefix(count - bytes.count))
        }
        return bytes
    }
}
