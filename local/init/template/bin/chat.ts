import { App } from "aws-cdk-lib";
import { ChatStack } from "../lib/chat-stack.js";

new ChatStack(new App(), "Chat");
