import Synchronization

/// Passes events of heaps to the listeners of this process, and through a ``NodeLink`` to other processes.
final class HeapEvents: HeapEventPassing {
    private let listeners = Mutex<[HeapID: [ObjectIdentifier: any HeapListener]]>([:])
    private let link: any NodeLink

    init(link: any NodeLink = SingleNode()) {
        self.link = link
    }

    /// How many listen, of all heaps together.
    var listenerCount: Int { listeners.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    func publish(_ event: HeapEvent) {
        tell(event)
        link.send(.heapEvent(event))
    }

    func attach(_ listener: any HeapListener, to heap: HeapID) {
        listeners.withLock { $0[heap, default: [:]][ObjectIdentifier(listener)] = listener }
    }

    func detach(_ listener: any HeapListener, from heap: HeapID) {
        listeners.withLock { listeners in
            listeners[heap]?[ObjectIdentifier(listener)] = nil
            if listeners[heap]?.isEmpty == true { listeners[heap] = nil }
        }
    }

    func close(_ heap: HeapID) {
        end(heap)
        link.send(.heapClosed(heap))
    }

    /// Takes what another node sent.
    func receive(_ message: NodeMessage) {
        switch message {
        case .heapEvent(let event): tell(event)
        case .heapClosed(let heap): end(heap)
        default: break
        }
    }

    private func tell(_ event: HeapEvent) {
        let hearing = listeners.withLock { $0[event.heap].map { Array($0.values) } ?? [] }
        for listener in hearing { listener.heap(event.heap, didHear: event) }
    }

    private func end(_ heap: HeapID) {
        let hearing = listeners.withLock { $0.removeValue(forKey: heap).map { Array($0.values) } ?? [] }
        for listener in hearing { listener.heapDidClose(heap) }
    }
}
