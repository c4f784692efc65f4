import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { upsertStaff, upsertTeams } from './directory.commands.ts';
import { StaffMemberEntity, TeamEntity } from './directory.fields.ts';

export const directoryResolvers: Resolvers = {
  Query: {
    staffMember: (_, { id }, { loaders }) => loaders.staffMember.load(id),
    staff: (_, args, context) => listPage(context, StaffMemberEntity, args),
    teams: (_, args, context) => listPage(context, TeamEntity, args),
  },
  Mutation: {
    upsertStaff: (_, { input }, context) => upsertStaff(context, input),
    upsertTeams: (_, { input }, context) => upsertTeams(context, input),
  },
  StaffMember: {
    __resolveReference: ({ id }, { loaders }) => loaders.staffMember.load(id),
    team: ({ teamId }, _, { loaders }) => loaders.team.load(teamId),
    manager: ({ managerId }, _, { loaders }) => loaders.staffMember.load(managerId),
    customers: ({ id }, args, { pages }) => pages.customersOfStaff.load(id, args),
  },
  Team: {
    __resolveReference: ({ id }, { loaders }) => loaders.team.load(id),
    parent: ({ parentId }, _, { loaders }) => loaders.team.load(parentId),
    members: ({ id }, args, { pages }) => pages.membersOfTeam.load(id, args),
  },
};
