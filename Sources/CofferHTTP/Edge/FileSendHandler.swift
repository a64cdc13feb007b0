package import CofferCore
import Glibc
package import NIOCore
import NIOHTTP1

/// A wish to send part of an open file as the next bytes of the response body.
///
/// Trigger it as an outbound user event: Hummingbird's bodies carry buffers only, and copying a gigabyte through them
/// costs three times the CPU of `sendfile`. The event's promise completes when the kernel has taken the bytes.
package struct SendFile: Sendable {
    let file: PlainFile
    let range: Range<Int64>

    package init(_ file: PlainFile, _ range: Range<Int64>) {
        self.file = file
        self.range = range
    }
}

/// A wish to send bytes as the next ones of the response body.
///
/// The event's promise completes when the kernel has taken them. Hummingbird's writer returns as soon as it has queued
/// a buffer, so a body that is in memory already would count as sent before its reader got a byte of it.
package struct SendBytes: Sendable {
    let bytes: ByteBuffer

    package init(_ bytes: ByteBuffer) {
        self.bytes = bytes
    }
}

/// Turns ``SendFile`` and ``SendBytes`` events into parts of the running response.
final class FileSendHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case let send as SendFile: write(send, context: context, promise: promise)
        case let send as SendBytes:
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(send.bytes))), promise: promise)
        default: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    private func write(_ send: SendFile, context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        // The reader may close its descriptor while this write waits for the socket, so it gets one of its own.
        let descriptor = fcntl(send.file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else {
            promise?.fail(IOError(errnoCode: errno, reason: "duplicate descriptor"))
            return
        }
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        let region = FileRegion(
            fileHandle: handle,
            readerIndex: Int(send.range.lowerBound),
            endIndex: Int(send.range.upperBound)
        )
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenComplete { _ in try? handle.close() }
        sent.futureResult.cascade(to: promise)
        context.writeAndFlush(wrapOutboundOut(.body(.fileRegion(region))), promise: sent)
    }
}
