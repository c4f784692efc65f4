export { fileCursor, memoryCursor, type CursorStore } from './cursor-store.ts';
export { FollowError, type FollowErrorCode } from './follow-error.ts';
export { followChanges, type FollowOptions, type Retry } from './follow-changes.ts';
export type { ChangeFilter, ChangeKind, EntityKind } from './change-filter.ts';
export type { ChangeMessage, FeedMessage, FeedNotice, GraphError } from './feed-message.ts';
