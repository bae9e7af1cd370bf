import { describe, expect, it } from "vitest";
import { ENV } from "../../runtime/contract.js";
import { commandsReachedFrom } from "./commands-reached.js";
import { FUNCTION, frontDoor, functionOf, KEY } from "./front-doors.js";
import { idOf, readable, statementsOf } from "./synthesize.js";

describe("the poll function", () => {
  const template = frontDoor();
  const id = idOf(template, FUNCTION, "Chat/FrontDoor/Poll/");
  const roomsId = idOf(template, "AWS::DynamoDB::GlobalTable", "Tables/Rooms/");
  const appId = idOf(template, FUNCTION, "Chat/App/");
  const statements = statementsOf(template, id);
  const onRooms = statements
    .filter(({ resources }) => resources.includes(`<${roomsId}.Arn>`))
    .flatMap(({ actions }) => actions);

  it("has the least memory that Lambda has, and as much time as the API waits", () => {
    expect(functionOf(template, "Chat/FrontDoor/Poll/")).toMatchObject({ MemorySize: 128, Timeout: 29 });
  });

  it("knows the table of rooms, the app and the key, which the app knows too", () => {
    const { Variables } = functionOf(template, "Chat/FrontDoor/Poll/").Environment;
    expect(Variables).toEqual({
      NODE_OPTIONS: "--enable-source-maps",
      [ENV.roomsTable]: { Ref: roomsId },
      [ENV.appFunction]: { Ref: appId },
      [ENV.frontDoorKey]: KEY,
      [ENV.awsDomain]: expect.anything(),
    });
    expect(readable(Variables[ENV.awsDomain])).toBe("<AWS::Region>.<AWS::URLSuffix>");
    expect(functionOf(template, "Chat/App/").Environment.Variables[ENV.frontDoorKey]).toEqual(KEY);
  });

  it("may use the table of rooms, invoke the app and write to its log, and nothing else", () => {
    const logsId = idOf(template, "AWS::Logs::LogGroup", "Chat/FrontDoor/PollLogs/");
    const others = statements.filter(({ resources }) => !resources.includes(`<${roomsId}.Arn>`));
    expect(others).toEqual([
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [`<${logsId}.Arn>`] },
      { actions: ["lambda:InvokeFunction"], resources: [`<${appId}.Arn>`] },
    ]);
  });

  it("may send exactly the commands that its imports reach", () => {
    expect(onRooms).toEqual(commandsReachedFrom("lambdas/poll.ts"));
  });

  it("may have as many environments as are reserved for it; none are by default", () => {
    const path = "Chat/FrontDoor/Poll/";
    expect(functionOf(template, path)).not.toHaveProperty("ReservedConcurrentExecutions");
    expect(functionOf(frontDoor({ pollConcurrency: 50 }), path).ReservedConcurrentExecutions).toBe(50);
  });

  it("invokes the alias, and so does the API, where the app's environments are provisioned", () => {
    const provisioned = frontDoor(true, { provisionedConcurrency: 2 });
    const aliasId = idOf(provisioned, "AWS::Lambda::Alias", "Chat/App/");
    const name = functionOf(provisioned, "Chat/FrontDoor/Poll/").Environment.Variables[ENV.appFunction];
    expect(name["Fn::Join"][1][1]).toBe(":live");
    expect(JSON.stringify(name)).toContain(`{"Ref":"${aliasId}"}`);
    expect(statementsOf(provisioned, idOf(provisioned, FUNCTION, "Chat/FrontDoor/Poll/"))).toContainEqual({
      actions: ["lambda:InvokeFunction"],
      resources: [`<${aliasId}>`],
    });
    provisioned.hasResourceProperties("AWS::ApiGatewayV2::Integration", {
      IntegrationUri: { Ref: aliasId },
      PayloadFormatVersion: "2.0",
    });
  });
});
