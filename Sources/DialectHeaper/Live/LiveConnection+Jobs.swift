import CofferCore
import CofferHTTP
import Logging
import Yjs

extension LiveConnection {
    /// Does a job, and tells what came of it.
    func perform(_ job: LiveJob) async -> LiveEvent {
        let id = job.subscription
        do {
            switch job.work {
            case .open(let name, let token): return try await open(name, token, id)
            case .verify(let token, let user): return .verified(id, expiresAt: try await expiry(of: token, user, id))
            case .apply(let updates, let target, let user):
                return .applied(id, try await services.documents.apply(updates, to: target, by: user))
            case .compare(let update, let block):
                let document = try await services.documents.snapshot(of: block)
                return .compared(id, isCovered: (try? document.covers(update)) ?? false)
            case .answer(let vector, let block): return .answered(id, try await answer(vector, block))
            case .takeStates(let states, let block): return try await take(states, block, id)
            case .readStates(let block): return .readStates(id, await services.documents.awareness(of: block))
            case .detach:
                if let listener = listener(id) { await letGo(listener, id) }
                return .detached(id)
            }
        } catch let failure where failure is CancellationError || Task.isCancelled {
            // The server ends, or the client has left; whatever was thrown comes of that.
            return .failed(id, job.lane)
        } catch {
            services.logger.error("live synchronization failed", metadata: ["error": "\(error)"])
            return .failed(id, job.lane)
        }
    }

    // MARK: Logins

    private func open(_ name: LiveName, _ token: String, _ id: SubscriptionID) async throws -> LiveEvent {
        guard let document = DocumentName(name.document, defaultHeap: defaultHeap) else {
            return .refused(id, reason: "invalid-document-name")
        }
        guard let caller = try await caller(of: token), logins.note(caller.session, for: id, of: self) else {
            return .refused(id, reason: "permission-denied")
        }
        do {
            let event = try await open(document, for: caller, id)
            if case .refused = event { logins.forget(id, of: self) }
            return event
        } catch {
            logins.forget(id, of: self)
            throw error
        }
    }

    private func open(_ document: DocumentName, for caller: Caller, _ id: SubscriptionID) async throws -> LiveEvent {
        switch try await admission(to: document, for: caller.user) {
        case .denied(let reason): return .refused(id, reason: reason)
        case .admitted(let subject, let isReadOnly):
            var opening = LiveOpening(
                subject: subject,
                user: caller.user,
                isReadOnly: isReadOnly,
                expiresAt: caller.expiresAt
            )
            do {
                opening.awareness = try await attach(to: subject, id)
            } catch HeaperError.blockNotFound {
                // Somebody else was faster to make a block of this name.
                return .refused(id, reason: OpenDocument.foreignReason)
            }
            return .opened(id, opening)
        }
    }

    private func admission(to name: DocumentName, for user: UserID) async throws -> LiveAdmission {
        switch name {
        case .heap(let id): return LiveAdmission(try await services.places.heap(id, for: user))
        case .block(let block, let heap, let version):
            let standing = try await services.places.standing(of: block, in: heap, for: user)
            return LiveAdmission(standing, of: block, version: version)
        }
    }

    private func attach(to subject: LiveOpening.Subject, _ id: SubscriptionID) async throws -> [UInt8]? {
        let listener = LiveListener(id, of: subject, on: self)
        keep(listener, id)
        do {
            switch subject {
            case .document(let target): return try await services.documents.attach(listener, to: target).awareness
            case .heap(let heap):
                services.events.attach(listener, to: heap)
                return nil
            }
        } catch {
            await letGo(listener, id)
            throw error
        }
    }

    /// - Returns: nil for a token that does not count.
    private func caller(of token: String) async throws -> Caller? {
        do {
            return try await services.callers.caller(ofAccessToken: token.isEmpty ? self.token : token)
        } catch HeaperError.invalidToken, HeaperError.notApproved {
            return nil
        }
    }

    private func expiry(of token: String, _ user: UserID, _ id: SubscriptionID) async throws -> Timestamp? {
        guard let caller = try await caller(of: token), caller.user == user,
            logins.note(caller.session, for: id, of: self)
        else { return nil }
        return caller.expiresAt
    }

    // MARK: Documents

    /// Whole documents leave when most of those before are read: whoever opens many over a slow link does not fall behind.
    func performInTurn(_ job: LiveJob, of block: BlockID) async {
        let bytes = (try? await services.documents.snapshot(of: block).estimatedBytes) ?? 0
        await outbox.reserve(bytes)
        handle(await perform(job))
        outbox.release(bytes)
    }

    private func answer(_ vector: [UInt8], _ block: BlockID) async throws -> LiveAnswer? {
        guard let known = try? StateVector(decoding: vector) else { return nil }
        let document = try await services.documents.snapshot(of: block)
        return LiveAnswer(
            stateVector: document.stateVector.encoded(),
            update: document.encodeState(from: known)
        )
    }

    private func take(_ states: [UInt8], _ block: BlockID, _ id: SubscriptionID) async throws -> LiveEvent {
        guard let listener = listener(id) else { return .tookStates(id, isWellFormed: true) }
        do {
            try await services.documents.applyAwareness(states, from: listener, to: block)
            return .tookStates(id, isWellFormed: true)
        } catch is YjsError {
            return .tookStates(id, isWellFormed: false)
        }
    }
}
