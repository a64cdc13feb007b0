import CofferCore
import CofferHTTP
import Synchronization

/// A bucket in memory that can be told to fail.
final class FakeBucket: ObjectBucket {
    private struct State {
        var objects: [String: Int64] = [:]
        var isDown = false
        var erased: [String] = []
    }

    private let state = Mutex(State())

    var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }

    /// Keys that were erased, in order, repeats included.
    var erased: [String] { state.withLock { $0.erased } }
    var keys: [String] { state.withLock { $0.objects.keys.sorted() } }

    /// What a client does at an upload URL.
    func put(_ key: String, bytes: Int64) { state.withLock { $0.objects[key] = bytes } }

    func putURL(_ key: String, seconds: Int) async throws -> String {
        "https://bucket.test/\(key)?put=\(seconds)"
    }

    func getURL(_ key: String, seconds: Int) async throws -> String {
        "https://bucket.test/\(key)?get=\(seconds)"
    }

    func size(of key: String) async throws -> Int64? {
        try state.withLock { state in
            guard !state.isDown else { throw StorageError.unavailable("bucket is down") }
            return state.objects[key]
        }
    }

    func erase(_ key: String) async throws {
        try state.withLock { state in
            guard !state.isDown else { throw StorageError.unavailable("bucket is down") }
            state.objects[key] = nil
            state.erased.append(key)
        }
    }
}
